import { afterAll, afterEach, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows } from './support/integrations.ts';
import { aSpace } from './support/spaces.ts';
import { waitFor } from './support/start-server.ts';
import { type Receiving, receive, send, writeWebhookConnector } from './support/webhook-connector.ts';

const connector = await writeWebhookConnector('hmac-sha256');
afterAll(() => connector.dispose());

const GIVES_UP = { ok: false, retry: false, reason: 'the ledger is 100% closed' };

describeServer(
  'A dead letter',
  (under) => {
    const open: Receiving[] = [];
    afterEach(async () => {
      for (const { receiver } of open.splice(0)) await receiver.close();
    });
    /** A Connection whose handler gives up on everything, with so many dead letters. */
    const withDeadLetters = async (count: number) => {
      const { api } = await aSpace(under.admin);
      const receiving = await receive(api, connector);
      open.push(receiving);
      receiving.receiver.answerWith((_request, response) => response.writeHead(200).end(JSON.stringify(GIVES_UP)));
      for (let index = 0; index < count; index += 1) await deliver(receiving, `d-${index}`);
      await waitFor(async () => (await letters(api, receiving)).length === count);
      return { api, receiving };
    };
    const deliver = ({ inbound }: Receiving, deliveryId: string) =>
      send({
        url: `${under.server.url}/webhooks/inbound/${inbound.id}`,
        method: 'hmac-sha256',
        secret: inbound.secret,
        deliveryId,
        body: JSON.stringify({ note: `tide ${deliveryId}` }),
      });
    const letters = (api: Api, { id }: Receiving) => allRows(api, `/connections/${id}/dlq`);
    const mend = ({ receiver }: Receiving) =>
      receiver.answerWith((_request, response) => response.writeHead(204).end());

    it('tells what it was, why and when it failed, and that a person is needed', async () => {
      const { api, receiving } = await withDeadLetters(2);
      const [newest, oldest] = await letters(api, receiving);
      expect(oldest).toMatchObject({
        connection_id: receiving.id,
        kind: 'webhook',
        delivery_id: 'd-0',
        attempts: 1,
        reason: GIVES_UP.reason,
        payload_preview: '{"note":"tide d-0"}',
      });
      expect(newest.delivery_id).toBe('d-1');
      expect(Date.parse(oldest.first_failed_at)).not.toBeNaN();
      const rows = await allRows(api, '/items?type=system.activity');
      const asked = rows.filter(({ properties }) => properties.severity === 'action_required');
      expect(asked).toHaveLength(1);
      // It does not free its place: the sender's repetition is one still.
      expect((await deliver(receiving, 'd-0')).body).toEqual({ ok: true, duplicate: true });
    });

    it('is handled again as it came, once, however often that is asked for at the same time', async () => {
      const { api, receiving } = await withDeadLetters(1);
      const [letter] = await letters(api, receiving);
      mend(receiving);
      const path = `/connections/${receiving.id}/dlq/${letter.id}/replay`;
      const answers = await Promise.all(Array.from({ length: 8 }, () => api.post(path)));
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 404, 404, 404, 404, 404, 404, 404]);
      const run = answers.find(({ status }) => status === 200)?.body.run_id;
      await receiving.wait(2);
      const [first, again] = receiving.handled();
      expect(again).toMatchObject({ delivery_id: first?.delivery_id, body_base64: first?.body_base64, replayed: true });
      expect(again?.headers).toEqual(first?.headers);
      await waitFor(
        async () => (await api.get(`/connections/${receiving.id}/runs/${run}`)).body.status === 'succeeded',
      );
      expect((await api.get(`/connections/${receiving.id}/runs/${run}`)).body.replay_of).toBe(letter.id);
      expect((await api.get(`/connections/${receiving.id}/runs/${letter.id}`)).body.status).toBe('dead');
      expect(await letters(api, receiving)).toEqual([]);
      expect(receiving.handled()).toHaveLength(2);
      const { data } = (await api.get('/audit?action=dlq.replay')).body;
      expect(data).toMatchObject([{ resource_id: receiving.id, details: { count: 1, ids: [letter.id] } }]);
    });

    it('can be counted before, and replayed by name, by filter, or with all others', async () => {
      const { api, receiving } = await withDeadLetters(5);
      const path = `/connections/${receiving.id}/dlq/replay`;
      const all = await letters(api, receiving);
      mend(receiving);
      const replay = async (body: unknown) => (await api.post(path, body)).body;
      expect(await replay({ all: true, dry_run: true })).toEqual({ ok: true, matched: 5, replayed: 0 });
      const byReason = (reason_contains: string) => replay({ filter: { reason_contains }, dry_run: true });
      expect((await byReason('100% CLOSED')).matched).toBe(5);
      expect((await byReason('1__% closed')).matched).toBe(0);
      expect((await replay({ filter: { kind: 'schedule' }, dry_run: true })).matched).toBe(0);
      const since = { failed_since: all[1].last_failed_at };
      expect((await replay({ filter: since, dry_run: true })).matched).toBeGreaterThanOrEqual(2);
      expect((await replay({ filter: { failed_until: '2020-01-01T00:00:00.000Z' }, dry_run: true })).matched).toBe(0);
      expect((await letters(api, receiving)).length).toBe(5);
      expect(await replay({ ids: [all[4].id, all[3].id] })).toEqual({ ok: true, matched: 2, replayed: 2 });
      await receiving.wait(7);
      expect(await replay({ all: true })).toEqual({ ok: true, matched: 3, replayed: 3 });
      const handled = await receiving.wait(10);
      expect(handled.slice(5).map(({ delivery_id }) => delivery_id)).toEqual(['d-0', 'd-1', 'd-2', 'd-3', 'd-4']);
      for (const wrong of [{}, { all: true, ids: [all[0].id] }, { all: false }, { filter: { colour: 'red' } }])
        expect((await api.post(path, wrong)).status).toBe(400);
    });

    it('is thrown away when somebody says so', async () => {
      const { api, receiving } = await withDeadLetters(1);
      const [letter] = await letters(api, receiving);
      const path = `/connections/${receiving.id}/dlq/${letter.id}`;
      expect((await api.delete(path)).status).toBe(200);
      expect((await api.delete(path)).status).toBe(404);
      expect(await letters(api, receiving)).toEqual([]);
    });

    it('is seen and replayed over all spaces by the operator alone', async () => {
      const { api, receiving } = await withDeadLetters(1);
      const reach = { connection_id: receiving.id };
      expect((await api.post('/dlq/peek', reach)).status).toBe(403);
      expect((await api.post('/dlq/replay', { ...reach, all: true })).status).toBe(403);
      const { body } = await under.admin.post('/dlq/peek', reach);
      expect(body.data).toMatchObject([{ connection_id: receiving.id, delivery_id: 'd-0' }]);
      expect((await under.admin.post('/dlq/peek')).status).toBe(200);
      mend(receiving);
      expect((await under.admin.post('/dlq/replay', { ...reach, all: true })).body.replayed).toBe(1);
      await receiving.wait(2);
    });

    it('stays where it is while its Connection is paused', async () => {
      const { api, receiving } = await withDeadLetters(1);
      const [letter] = await letters(api, receiving);
      await api.post(`/connections/${receiving.id}/pause`);
      expect((await api.post(`/connections/${receiving.id}/dlq/${letter.id}/replay`)).status).toBe(400);
      expect((await api.post(`/connections/${receiving.id}/dlq/replay`, { all: true })).status).toBe(400);
      const any = { connection_id: receiving.id, all: true };
      expect((await under.admin.post('/dlq/replay', any)).body).toMatchObject({ matched: 0, replayed: 0 });
      expect(await letters(api, receiving)).toHaveLength(1);
    });

    it('is one of the deliveries that can be handled again, handled before or not, and once at a time', async () => {
      const { api, receiving } = await withDeadLetters(1);
      const webhook = `/connections/${receiving.id}/inbound-webhooks/${receiving.inbound.id}`;
      const [delivery] = (await api.get(`${webhook}/deliveries`)).body.deliveries;
      expect(delivery).toMatchObject({ processing_error: GIVES_UP.reason, verified: true });
      const retry = () => api.post(`${webhook}/deliveries/${delivery.id}/retry`);
      mend(receiving);
      const pressed = await Promise.all(Array.from({ length: 6 }, retry));
      expect(pressed.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1);
      for (const { status } of pressed) expect([200, 409]).toContain(status);
      const settled = async () => {
        await waitFor(async () => (await api.get(`${webhook}/deliveries`)).body.deliveries[0].processed_at !== null);
        return receiving.handled().length;
      };
      expect(await settled()).toBe(1 + pressed.filter(({ status }) => status === 200).length);
      const before = receiving.handled().length;
      expect((await retry()).body).toMatchObject({ ok: true });
      const handled = await receiving.wait(before + 1);
      expect(handled.at(-1)).toMatchObject({ delivery_id: 'd-0', replayed: true });
      expect(await letters(api, receiving)).toEqual([]);
      const { data } = (await api.get('/audit?action=inbound_webhook.replay')).body;
      expect(data.length).toBe(handled.length - 1);
    });

    it('is never made of a delivery that was not genuine', async () => {
      const { api, receiving } = await withDeadLetters(0);
      const url = `${under.server.url}/webhooks/inbound/${receiving.inbound.id}`;
      await send({ url, method: 'hmac-sha256', secret: 'not the secret', deliveryId: 'forged' });
      const webhook = `/connections/${receiving.id}/inbound-webhooks/${receiving.inbound.id}`;
      const [forged] = (await api.get(`${webhook}/deliveries`)).body.deliveries;
      expect(forged).toMatchObject({ verified: false, processing_error: 'signature_mismatch' });
      const { status, body } = await api.post(`${webhook}/deliveries/${forged.id}/retry`);
      expect([status, body.error.code]).toEqual([400, 'validation_error']);
      expect(receiving.handled()).toEqual([]);
    });
  },
  { MARFA_CONNECTORS: connector.path },
);

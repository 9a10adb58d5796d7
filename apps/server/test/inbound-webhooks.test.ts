import { randomBytes, randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { WEBHOOK_METHODS } from '@withmarfa/webhooks';
import { signWebhook, type WebhookMethod } from '@withmarfa/webhooks/signing';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows, install, integrationId, RSS_WATCHER } from './support/integrations.ts';
import { aName, aSpace, created } from './support/spaces.ts';
import { waitFor } from './support/start-server.ts';
import { post, type Receiving, receive, send, writeWebhookConnector } from './support/webhook-connector.ts';
import { openRecord } from './support/webhooks.ts';

const connectors = Object.fromEntries(
  await Promise.all(WEBHOOK_METHODS.map(async (method) => [method, await writeWebhookConnector(method)] as const)),
) as Record<WebhookMethod, Awaited<ReturnType<typeof writeWebhookConnector>>>;
afterAll(async () => {
  for (const connector of Object.values(connectors)) await connector.dispose();
});

/** Said in the body by those who have no header for it. */
const bodyOf = (method: WebhookMethod, id: string) =>
  method === 'google-channel'
    ? ''
    : JSON.stringify({ id: `evt_${id}`, event_id: `Ev${id}`, text: 'High water at six – ⚓' });
const deliveryIdOf = (method: WebhookMethod, id: string) =>
  ({ slack: `Ev${id}`, stripe: `evt_${id}` })[method as string] ?? (method === 'google-channel' ? `ch-${id}:1` : id);
const anId = () => randomUUID().replaceAll('-', '');

describeServer(
  'An inbound webhook',
  (under) => {
    const open: Receiving[] = [];
    const here = async (api: Api, method: WebhookMethod = 'hmac-sha256') => {
      const receiving = await receive(api, connectors[method]);
      open.push(receiving);
      return receiving;
    };
    const at = (path: string) => `${under.server.url}/webhooks/inbound/${path}`;
    const genuine = (to: Receiving, id: string, more: Partial<Parameters<typeof send>[0]> = {}) =>
      send({
        url: at(to.inbound.id),
        method: to.inbound.verification_method,
        secret: to.inbound.secret,
        deliveryId: deliveryIdOf(to.inbound.verification_method, id),
        body: bodyOf(to.inbound.verification_method, id),
        ...more,
      });
    const runs = (api: Api, { id }: Receiving) => allRows(api, `/connections/${id}/runs`);
    const deliveries = async (api: Api, { id, inbound }: Receiving) =>
      (await api.get(`/connections/${id}/inbound-webhooks/${inbound.id}/deliveries`)).body.deliveries;
    afterEach(async () => {
      for (const { receiver } of open.splice(0)) await receiver.close();
    });

    describe.each(WEBHOOK_METHODS)('verified by %s', (method) => {
      it('is handled once, as it came, however often it is sent', async () => {
        const { api } = await aSpace(under.admin);
        const receiving = await here(api, method);
        expect(receiving.inbound).toMatchObject({ verification_method: method, events: ['*'], disabled: false });
        const id = anId();
        const first = await genuine(receiving, id, { headers: { 'x-note': 'kept' } });
        expect(first.body).toEqual({ ok: true, delivery_id: deliveryIdOf(method, id) });
        expect(first.status).toBe(202);
        const again = await Promise.all(Array.from({ length: 20 }, () => genuine(receiving, id)));
        for (const { status, body } of again) {
          expect(status).toBe(200);
          expect(body).toEqual({ ok: true, duplicate: true });
        }
        await genuine(receiving, anId());
        const handled = await receiving.wait(2);
        expect(handled).toHaveLength(2);
        expect(handled[0]).toMatchObject({ connection_id: receiving.id, delivery_id: deliveryIdOf(method, id) });
        expect(handled[0]?.headers).toMatchObject({ 'x-note': 'kept' });
        expect(Buffer.from(handled[0]?.body_base64 ?? '', 'base64').toString()).toBe(bodyOf(method, id));
        expect(JSON.stringify(handled)).not.toContain(receiving.inbound.secret);
        await waitFor(async () => (await runs(api, receiving)).every(({ status }) => status === 'succeeded'));
        expect(await runs(api, receiving)).toHaveLength(2);
        const [, kept] = await deliveries(api, receiving);
        expect(kept).toMatchObject({
          external_delivery_id: deliveryIdOf(method, id),
          verified: true,
          processing_error: null,
          retry_count: 0,
          next_attempt_at: null,
        });
        expect(kept.processed_at).not.toBeNull();
      });

      it('is refused when it is signed with another secret, and takes nobody’s place', async () => {
        const { api } = await aSpace(under.admin);
        const receiving = await here(api, method);
        const id = anId();
        const forged = await genuine(receiving, id, { secret: 'whsec_of_somebody_else' });
        expect(forged.status).toBe(401);
        expect(forged.body.error).toMatchObject({ code: 'unauthorized' });
        expect(forged.body.error.details.reason).toMatch(/mismatch/);
        expect(await deliveries(api, receiving)).toMatchObject([
          { verified: false, external_delivery_id: null, processed_at: null },
        ]);
        expect(await runs(api, receiving)).toEqual([]);
        expect((await genuine(receiving, id)).status).toBe(202);
        await receiving.wait(1);
      });
    });

    it('keeps bytes that are no text, and the order in which they came', async () => {
      const { api } = await aSpace(under.admin);
      const receiving = await here(api);
      const bodies = Array.from({ length: 8 }, () => randomBytes(3000));
      for (const [index, body] of bodies.entries())
        expect((await genuine(receiving, `b-${index}`, { body })).status).toBe(202);
      const handled = await receiving.wait(8);
      expect(handled.map(({ delivery_id }) => delivery_id)).toEqual(bodies.map((_, index) => `b-${index}`));
      expect(handled.map(({ body_base64 }) => body_base64)).toEqual(bodies.map((body) => body.toString('base64')));
      const [newest] = await deliveries(api, receiving);
      expect(newest.payload).toMatchObject({ encoding: 'base64', size_bytes: 3000, truncated: false });
      expect(newest.payload.body).toBe(bodies[7]?.toString('base64'));
    });

    it('is found by its Connection, by its own id, and at the second address, and nowhere else', async () => {
      const { api } = await aSpace(under.admin);
      const receiving = await here(api);
      const { url } = under.server;
      expect(receiving.inbound.receipt_url).toMatch(new RegExp(`/webhooks/inbound/${receiving.inbound.id}$`));
      expect((await genuine(receiving, 'one', { url: at(receiving.id) })).status).toBe(202);
      expect((await genuine(receiving, 'two', { url: `${url}/runtime/webhook/${receiving.id}` })).status).toBe(202);
      expect((await genuine(receiving, 'one', { url: at(receiving.inbound.id) })).status).toBe(200);
      const rss = await install(api, await integrationId(api, RSS_WATCHER), { feed_url: receiving.receiver.url });
      for (const nobody of [randomUUID(), rss.connection_id, 'x', '%00', 'a'.repeat(500), "';--"]) {
        const { status, body } = await genuine(receiving, 'three', { url: at(nobody) });
        expect([nobody, status, body.error?.code]).toEqual([nobody, 404, 'connection_not_found']);
      }
      const wrong = await fetch(at(receiving.id));
      expect(wrong.status).toBe(404);
    });

    it('answers Slack’s handshake once it is verified, and hands it to nobody', async () => {
      const { api } = await aSpace(under.admin);
      const receiving = await here(api, 'slack');
      const body = JSON.stringify({ type: 'url_verification', challenge: 'c0ffee' });
      expect((await genuine(receiving, 'h', { body, secret: 'another secret' })).status).toBe(401);
      const { status, body: text, headers } = await genuine(receiving, 'h', { body });
      expect([status, text]).toEqual([200, 'c0ffee']);
      expect(headers.get('content-type')).toMatch(/^text\/plain/);
      expect(await runs(api, receiving)).toEqual([]);
    });

    it('asks a paused Connection’s senders to come back, and keeps what it has accepted for then', async () => {
      const { api } = await aSpace(under.admin);
      const receiving = await here(api);
      receiving.receiver.answerWith((_request, response) =>
        response
          .writeHead(200)
          .end(JSON.stringify({ ok: false, retry: true, reason: 'not yet', retry_after_seconds: 3600 })),
      );
      await genuine(receiving, 'first');
      await receiving.wait(1);
      await waitFor(async () => (await deliveries(api, receiving))[0].next_attempt_at !== null);
      expect((await api.post(`/connections/${receiving.id}/pause`)).status).toBe(200);
      const paused = await genuine(receiving, 'second');
      expect([paused.status, paused.body.error.code]).toEqual([503, 'connection_paused']);
      expect(Number(paused.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await api.post(`/connections/${receiving.id}/resume`)).status).toBe(200);
      expect((await genuine(receiving, 'second')).status).toBe(202);
      expect((await receiving.wait(2)).at(-1)?.delivery_id).toBe('second');
      expect((await runs(api, receiving)).map(({ status }) => status)).toContain('retrying');
    });

    it('keeps a delivery that was being handled when its Connection was paused, and asks nobody for anything', async () => {
      const { api } = await aSpace(under.admin);
      const receiving = await here(api, 'github');
      const { promise: isHandling, resolve: handling } = Promise.withResolvers<void>();
      const { promise: isPaused, resolve: paused } = Promise.withResolvers<void>();
      receiving.receiver.answerWith((_request, response) => {
        handling();
        // What the handler does afterwards needs a credential that has ended.
        void isPaused.then(() => response.writeHead(200).end(JSON.stringify({ write: true })));
      });
      await genuine(receiving, 'held');
      await isHandling;
      await api.post(`/connections/${receiving.id}/pause`);
      paused();
      await waitFor(async () => (await runs(api, receiving))[0].status === 'retrying');
      expect(await allRows(api, `/connections/${receiving.id}/dlq`)).toEqual([]);
      const rows = await allRows(api, '/items?type=system.activity');
      expect(rows.filter(({ properties }) => properties.severity === 'action_required')).toEqual([]);
      await api.post(`/connections/${receiving.id}/resume`);
      receiving.receiver.answerWith((_request, response) => response.writeHead(204).end());
      await waitFor(async () => (await runs(api, receiving))[0].status === 'succeeded');
    });

    it('is gone when it is disabled, and for good when it is deleted or its Connection uninstalled', async () => {
      const { api } = await aSpace(under.admin);
      const receiving = await here(api);
      const path = `/connections/${receiving.id}/inbound-webhooks/${receiving.inbound.id}`;
      expect((await api.patch(path, { disabled: true })).body).toMatchObject({ disabled: true });
      const gone = await genuine(receiving, 'one');
      expect([gone.status, gone.body.error.code]).toEqual([410, 'subscription_disabled']);
      expect((await api.patch(path, { disabled: false })).body).toMatchObject({ disabled: false });
      expect((await genuine(receiving, 'one')).status).toBe(202);
      expect((await api.delete(path)).status).toBe(200);
      expect((await genuine(receiving, 'two')).status).toBe(410);
      expect((await api.patch(path, { disabled: false })).status).toBe(400);

      const other = created(await api.post(`/connections/${receiving.id}/inbound-webhooks`, { events: ['push'] }));
      expect((await genuine(receiving, 'three', { url: at(receiving.id), secret: other.secret })).status).toBe(202);
      const { body } = await api.post(`/connections/${receiving.id}/uninstall`);
      expect(body.inbound_webhooks_disabled).toBe(1);
      const dead = await genuine(receiving, 'four', { url: at(receiving.id), secret: other.secret });
      expect([dead.status, dead.body.error.code]).toEqual([404, 'connection_not_found']);
      const record = await openRecord(under.profile);
      const secrets = await record.read
        .selectFrom('inbound_webhook_secrets')
        .select('id')
        .where('inbound_webhook_id', 'in', [receiving.inbound.id, other.id])
        .execute();
      await record.close();
      expect(secrets).toEqual([]);
    });

    it('takes two secrets while one replaces the other, and the former no longer than it was told', async () => {
      const { api } = await aSpace(under.admin);
      const receiving = await here(api);
      const path = `/connections/${receiving.id}/inbound-webhooks/${receiving.inbound.id}`;
      const rotated = (await api.post(`${path}/rotate`, { overlap_seconds: 3600 })).body;
      expect(rotated.secret).not.toBe(receiving.inbound.secret);
      expect(rotated.previous_secret_expires_at).toBeDefined();
      expect((await genuine(receiving, 'old')).status).toBe(202);
      expect((await genuine(receiving, 'new', { secret: rotated.secret })).status).toBe(202);
      const own = (await api.post(`${path}/rotate`, { secret: 'the-senders-own-secret', overlap_seconds: 0 })).body;
      expect(own).toMatchObject({ secret: 'the-senders-own-secret', secret_redacted: '••••cret' });
      expect(own.previous_secret_expires_at).toBeUndefined();
      for (const secret of [receiving.inbound.secret, rotated.secret])
        expect((await genuine(receiving, anId(), { secret })).status).toBe(401);
      expect((await genuine(receiving, 'own', { secret: own.secret })).status).toBe(202);
      await api.patch(path, { secret: 'replaced-at-once' });
      expect((await genuine(receiving, 'late', { secret: own.secret })).status).toBe(401);
      expect((await genuine(receiving, 'last', { secret: 'replaced-at-once' })).status).toBe(202);
      const listed = await api.get(`/connections/${receiving.id}/inbound-webhooks`);
      expect(JSON.stringify(listed.body)).not.toMatch(/whsec_|senders-own|replaced-at-once/);
    });

    it('belongs to its space: another one sees, changes and replays nothing of it', async () => {
      const { api } = await aSpace(under.admin);
      const stranger = (await aSpace(under.admin)).api;
      const receiving = await here(api);
      await genuine(receiving, 'one');
      const [{ id: delivery }] = await deliveries(api, receiving);
      const path = `/connections/${receiving.id}/inbound-webhooks`;
      for (const [method, address, body] of [
        ['GET', path],
        ['POST', path, { events: ['*'] }],
        ['PATCH', `${path}/${receiving.inbound.id}`, { disabled: true }],
        ['DELETE', `${path}/${receiving.inbound.id}`],
        ['GET', `${path}/${receiving.inbound.id}/deliveries`],
        ['POST', `${path}/${receiving.inbound.id}/rotate`, {}],
        ['POST', `${path}/${receiving.inbound.id}/deliveries/${delivery}/retry`],
      ] as const)
        expect((await stranger.call(method, address, body)).body.error.code).toBe('connection_not_found');
      const key = created(
        await api.post('/keys', { label: 'A member', source: aName('m'), type_permissions: { '*': 'write' } }),
      );
      expect((await api.as(key.key).get(path)).status).toBe(403);
    });

    it('has bad bodies and headers refused, runs nothing for them, and goes on', async () => {
      const { api } = await aSpace(under.admin);
      const receiving = await here(api);
      const url = at(receiving.inbound.id);
      const { headers, body } = await signWebhook('hmac-sha256', { secret: receiving.inbound.secret, body: 'x' });
      const refusal = async (changed: Record<string, string>) =>
        (await post(url, body, changed)).body.error?.details?.reason;
      expect(await refusal({})).toBe('missing_signature_header');
      expect(await refusal({ 'x-marfa-signature': 'sha256=zz' })).toBe('signature_format_invalid');
      expect(await refusal({ 'x-marfa-signature': 'ÿ'.repeat(64) })).toBe('signature_format_invalid');
      expect(await refusal({ ...headers, 'x-marfa-timestamp': 'soon' })).toBe('timestamp_not_numeric');
      expect(await refusal({ ...headers, 'x-marfa-timestamp': '1' })).toBe('timestamp_outside_replay_window');
      const ahead = String(Math.floor(Date.now() / 1000) + 3600);
      expect(await refusal({ ...headers, 'x-marfa-timestamp': ahead })).toBe('timestamp_outside_replay_window');
      const doubled = new Headers(headers);
      doubled.append('x-marfa-signature', headers['x-marfa-signature'] ?? '');
      const twice = await fetch(url, { method: 'POST', headers: doubled, body });
      expect(twice.status).toBe(401);
      const long = await genuine(receiving, 'long', { body: Buffer.alloc(5 * 1024 * 1024 + 1) });
      expect([long.status, long.body.error.code]).toEqual([413, 'payload_too_large']);
      const stream = new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(1024 * 1024)),
      });
      const endless = await fetch(url, { method: 'POST', body: stream, duplex: 'half', headers } as RequestInit);
      expect(endless.status).toBe(413);
      expect((await genuine(receiving, 'empty', { body: '' })).status).toBe(202);
      expect((await receiving.wait(1))[0]).toMatchObject({ delivery_id: 'empty', body_base64: '' });
    });

    it('takes nothing of a body that breaks off', async () => {
      const { api } = await aSpace(under.admin);
      const receiving = await here(api);
      const { headers } = await signWebhook('hmac-sha256', { secret: receiving.inbound.secret, body: 'half' });
      const socket = connect(under.server.port, '127.0.0.1');
      const lines = Object.entries({ ...headers, host: 'x', 'content-length': '100' }).map(([k, v]) => `${k}: ${v}`);
      socket.write(`POST /webhooks/inbound/${receiving.inbound.id} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\nhalf`);
      await new Promise<void>((resolve) => socket.end(resolve));
      expect((await genuine(receiving, 'whole')).status).toBe(202);
      expect((await receiving.wait(1)).map(({ delivery_id }) => delivery_id)).toEqual(['whole']);
    });

    it('tells people when many deliveries were not genuine, once, and keeps few of them', async () => {
      const { api } = await aSpace(under.admin);
      const receiving = await here(api);
      for (let count = 0; count < 30; count += 1) await genuine(receiving, `f-${count}`, { secret: 'guessed-secret' });
      const rows = await allRows(api, '/items?type=system.activity');
      const told = rows.filter(({ properties }) => properties.detail?.kind === 'webhook_rejected_burst');
      expect(told).toHaveLength(1);
      expect(told[0].properties).toMatchObject({ severity: 'warning', connection_id: receiving.id });
      expect(await runs(api, receiving)).toEqual([]);
    });
  },
  {
    MARFA_CONNECTORS: [...Object.values(connectors).map(({ path }) => path), '@withmarfa/connector-rss-watcher'].join(
      ',',
    ),
  },
);

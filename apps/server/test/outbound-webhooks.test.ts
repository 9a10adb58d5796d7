import { v7 } from 'uuid';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Database } from '../src/platform/database/database.ts';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows } from './support/integrations.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aKey, anItem, aSpace, created } from './support/spaces.ts';
import { waitFor } from './support/start-server.ts';
import { isSignedWith, startWebhookReceiver, type WebhookReceiver } from './support/webhook-receiver.ts';
import { aWebhook, deliveriesOf, ITEM_EVENTS, letTimePass, openRecord, settled } from './support/webhooks.ts';

describeServer('A webhook', (under) => {
  let record: Database;
  let api: Api;
  let receiver: WebhookReceiver;
  beforeAll(async () => {
    record = await openRecord(under.profile);
  });
  afterAll(() => record.close());
  beforeEach(async () => {
    receiver = await startWebhookReceiver();
    ({ api } = await aSpace(under.admin));
  });
  afterEach(() => receiver.close());

  it('is sent what it asks for, signed, as it is read', async () => {
    const { id, secret } = await aWebhook(api, `${receiver.url}/hook?a=1`, {
      events: [...ITEM_EVENTS, 'edge.created', 'metadata.changed'],
    });
    expect(secret).toMatch(/^whsec_[\w-]{43}$/);
    const item = await anItem(api, { properties: { title: 'Grüße\n"' } });
    const [first] = await receiver.wait(1);
    expect(first?.path).toBe('/hook?a=1');
    expect(first?.body).toEqual({ event: 'item.created', item });
    const [delivery] = await settled(api, id, 1);
    expect(first?.headers).toMatchObject({
      'content-type': 'application/json',
      'x-marfa-event': 'item.created',
      'x-marfa-event-id': delivery?.event_id,
      'x-marfa-delivery-id': delivery?.id,
    });
    expect(first && isSignedWith(secret, first)).toBe(true);
    expect(first && isSignedWith(`${secret}x`, first)).toBe(false);
    const { edge } = created(await api.post('/edges', { source_id: item.id, target_id: item.id, edge_type: 'about' }));
    await receiver.wait(2);
    await api.post(`/items/${item.id}/tags`, { tags: ['one'] });
    await receiver.wait(3);
    await api.post(`/items/${item.id}/tags`, { tags: ['one'] });
    expect(receiver.received.slice(1).map(({ body }) => body)).toEqual([
      { event: 'edge.created', edge },
      { event: 'metadata.changed', metadata: { item_id: item.id, tags: ['one'], tier: 'library', state: 'active' } },
    ]);
    expect(delivery).toMatchObject({ status: 'delivered', attempts: 1, response_status: 204, next_attempt_at: null });
  });

  it('is told of types that fit its filter, and of system rows only when it names them', async () => {
    const webhooks = [];
    for (const [path, type_filter] of [
      ['/all', undefined],
      ['/media', 'core.media'],
      ['/system', 'system.credential'],
    ]) {
      webhooks.push(await aWebhook(api, `${receiver.url}${path}`, { type_filter, events: ['item.created'] }));
    }
    const key = await aKey(api);
    await anItem(api, { type: 'core.media.film', properties: { title: 'Film' } });
    await anItem(api);
    await receiver.wait(4);
    for (const webhook of webhooks) await settled(api, webhook.id, 1);
    const seen = receiver.received.map(({ path, body }) => `${path} ${body.item.type}`).sort();
    expect(seen).toEqual([
      '/all core.media.film',
      '/all core.note',
      '/media core.media.film',
      '/system system.credential',
    ]);
    expect(JSON.stringify(receiver.received)).not.toContain(key.key);
  });

  it('is told of nothing that happened before it was there, nor in another space', async () => {
    const other = await aSpace(under.admin);
    await anItem(api, { properties: { title: 'before' } });
    const { id } = await aWebhook(api, receiver.url);
    await anItem(other.api);
    await anItem(api, { properties: { title: 'after' } });
    await settled(api, id, 1);
    expect(receiver.received.map(({ body }) => body.item.properties.title)).toEqual(['after']);
  });

  it('is tried again after each time of the schedule, and then given up', async () => {
    receiver.answerWith((_request, response) => response.writeHead(500).end('private details'));
    const { id, secret } = await aWebhook(api, receiver.url);
    await anItem(api);
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 8; attempt += 1) {
      const row = await waitFor(async () => {
        const [delivery] = await deliveriesOf(api, id);
        const isSettled = delivery?.next_attempt_at != null || delivery?.status === 'failed';
        return isSettled && delivery.attempts === attempt ? delivery : null;
      });
      expect(row).toMatchObject({ response_status: 500, failure: 'answered 500' });
      if (row.next_attempt_at && row.last_attempt_at) {
        waits.push((Date.parse(row.next_attempt_at) - Date.parse(row.last_attempt_at)) / 1000);
        await letTimePass(record);
        // Any write has the server look at once.
        await aKey(api);
      } else expect(row.status).toBe('failed');
    }
    expect(waits).toEqual([30, 120, 600, 3600, 21_600, 86_400, 259_200]);
    expect(receiver.received).toHaveLength(8);
    const ids = receiver.received.map(
      ({ headers }) => `${headers['x-marfa-event-id']} ${headers['x-marfa-delivery-id']}`,
    );
    expect(new Set(ids).size).toBe(1);
    expect(receiver.received.every((delivery) => isSignedWith(secret, delivery))).toBe(true);
    await letTimePass(record);
    expect(JSON.stringify(await deliveriesOf(api, id))).not.toContain('private');
  });

  /** Everything of a list, two by two. */
  async function paged(caller: Api, path: string): Promise<{ id: string }[]> {
    const rows: { id: string }[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await caller.get(`${path}?limit=2${cursor ? `&cursor=${cursor}` : ''}`);
      rows.push(...body.data);
      cursor = body.cursor;
    } while (cursor);
    return rows;
  }

  async function isUnderWay(webhookId: string): Promise<boolean> {
    const rows = await record.read
      .selectFrom('webhook_deliveries')
      .select('claim')
      .where('webhook_id', '=', webhookId)
      .execute();
    return rows.some((row) => row.claim !== null);
  }

  it('is delivered in the end to a receiver that recovers', async () => {
    receiver.answerWith((_request, response) => response.writeHead(503).end());
    const { id } = await aWebhook(api, receiver.url);
    await anItem(api);
    await receiver.wait(1);
    await waitFor(async () => !(await isUnderWay(id)));
    receiver.answerWith((_request, response) => response.writeHead(200).end());
    await letTimePass(record);
    expect((await settled(api, id, 1))[0]).toMatchObject({ attempts: 2, failure: null, response_status: 200 });
  });

  it('does not follow redirects', async () => {
    const elsewhere = await startWebhookReceiver();
    try {
      receiver.answerWith((_request, response) => response.writeHead(307, { location: elsewhere.url }).end());
      const { id } = await aWebhook(api, receiver.url);
      await anItem(api);
      await waitFor(async () => (await deliveriesOf(api, id))[0]?.failure === 'answered 307');
      expect(elsewhere.received).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  it('that does not answer holds up no other, and takes nothing beyond the head of an answer', async () => {
    const stuck = await startWebhookReceiver();
    try {
      stuck.answerWith(() => undefined);
      await aWebhook(api, stuck.url);
      const { id } = await aWebhook(api, receiver.url);
      receiver.answerWith((_request, response) => {
        response.writeHead(200);
        const more = () => {
          while (response.write('x'.repeat(65_536)));
        };
        response.on('drain', more);
        more();
      });
      for (let count = 0; count < 20; count += 1) await anItem(api);
      await settled(api, id, 20);
      // Four of the twenty are all that the stuck one was given to hold.
      expect(stuck.received.length).toBeLessThanOrEqual(4);
      expect(stuck.received.length).toBeGreaterThan(0);
    } finally {
      await stuck.close();
    }
  });

  it('says why nothing could be sent', async () => {
    const { url } = receiver;
    await receiver.close();
    const { id } = await aWebhook(api, url);
    await anItem(api);
    const [row] = await waitFor(async () => {
      const rows = await deliveriesOf(api, id);
      return rows[0]?.failure ? rows : null;
    });
    expect(row).toMatchObject({ status: 'pending', failure: 'no connection: ECONNREFUSED', response_status: null });
    receiver = await startWebhookReceiver();
  });

  it('stops at once when it is turned off or removed, and goes on with what waited when it is on again', async () => {
    receiver.answerWith((_request, response) => response.writeHead(500).end());
    const [off, gone] = [await aWebhook(api, `${receiver.url}/off`), await aWebhook(api, `${receiver.url}/gone`)];
    await anItem(api, { properties: { title: 'waits' } });
    await receiver.wait(2);
    await waitFor(async () => !(await isUnderWay(off.id)) && !(await isUnderWay(gone.id)));
    expect((await api.patch(`/webhooks/${off.id}`, { active: false })).body.webhook.active).toBe(false);
    expect((await api.delete(`/webhooks/${gone.id}`)).body).toEqual({ ok: true });
    receiver.answerWith((_request, response) => response.writeHead(204).end());
    await letTimePass(record);
    await anItem(api, { properties: { title: 'unheard' } });
    const witness = await aWebhook(api, `${receiver.url}/witness`);
    await anItem(api, { properties: { title: 'also unheard' } });
    await settled(api, witness.id, 1);
    expect(receiver.received.filter(({ path }) => path !== '/witness')).toHaveLength(2);
    expect((await deliveriesOf(api, off.id))[0]).toMatchObject({ status: 'pending', next_attempt_at: null });

    await api.patch(`/webhooks/${off.id}`, { active: true });
    await settled(api, off.id, 1);
    const titles = receiver.received
      .filter(({ path }) => path === '/off')
      .map(({ body }) => body.item.properties.title);
    expect(titles).toEqual(['waits', 'waits']);
    expect(refusal(await api.get(`/webhooks/${gone.id}/deliveries`)).code).toBe('webhook_not_found');
    expect((await api.get(`/items/${gone.id}`)).body.item).toMatchObject({
      state: 'revoked',
      properties: { active: false },
    });
    expect(await allRows(api, `/audit?action=webhook.delete&resource_id=${gone.id}`)).toHaveLength(1);
  });

  it('shows its secret when it is made and never again', async () => {
    const secret = 'canary-of-a-webhook-secret';
    const { id, ...made } = await aWebhook(api, `${receiver.url}/?token=canary-in-the-address`, { secret });
    expect(made.secret).toBe(secret);
    const changed = await api.patch(`/webhooks/${id}`, { events: ['item.created'], type_filter: 'core.note' });
    expect(changed.body.webhook).toMatchObject({ events: ['item.created'], type_filter: 'core.note', active: true });
    expect((await api.patch(`/webhooks/${id}`, { type_filter: null })).body.webhook.type_filter).toBeNull();
    await anItem(api);
    const [first] = await receiver.wait(1);
    expect(first && isSignedWith(secret, first)).toBe(true);
    await settled(api, id, 1);
    const answers = [
      await api.get('/webhooks'),
      await api.get(`/webhooks/${id}`),
      await api.get(`/webhooks/${id}/deliveries`),
      await api.get('/items?type=system.webhook'),
      changed,
    ];
    const rows = await record.read.selectFrom('webhooks').selectAll().execute();
    const events = await record.read.selectFrom('events').selectAll().execute();
    const seen = JSON.stringify([answers.map(({ body }) => body), rows, events, first?.headers]);
    expect(seen).not.toContain(secret);
    const audit = await allRows(api, '/audit?resource_type=webhook');
    expect(audit.map((row) => row.action).sort()).toEqual(['webhook.create', 'webhook.update', 'webhook.update']);
    expect(JSON.stringify(audit) + under.server.output()).not.toContain('canary');
    expect(answers[3]?.body.data[0]).toMatchObject({ id, version: 3, properties: { active: true } });

    await api.patch(`/webhooks/${id}`, { secret: 'another-secret-entirely' });
    await anItem(api);
    const second = (await receiver.wait(2))[1];
    expect(second && isSignedWith('another-secret-entirely', second)).toBe(true);
  });

  it('is listed newest first, page by page, with its deliveries', async () => {
    const ids: string[] = [];
    for (let count = 0; count < 3; count += 1)
      ids.unshift((await aWebhook(api, receiver.url, { active: count === 2 })).id);
    expect((await paged(api, '/webhooks')).map((row) => row.id)).toEqual(ids);
    for (let count = 0; count < 3; count += 1) await anItem(api);
    await settled(api, String(ids[0]), 3);
    const rows = await paged(api, `/webhooks/${ids[0]}/deliveries`);
    expect(rows).toHaveLength(3);
    expect(rows.map((row) => row.id)).toEqual(
      rows
        .map((row) => row.id)
        .toSorted()
        .toReversed(),
    );
  });

  it('refuses what would never be sent, all faults at once, and callers who do not run the space', async () => {
    const faults = await api.post('/webhooks', {
      url: 'ftp://x.test',
      events: ['item.sold'],
      secret: 'short',
      more: 1,
    });
    expect(refusal(faults)).toEqual({ status: 400, code: 'validation_error' });
    expect(faultPaths(faults)).toEqual(expect.arrayContaining(['$.events[0]', '$.secret', '$.url']));
    for (const url of [
      'http://10.0.0.1/',
      'http://[::1]/',
      'http://localhost/',
      'http://169.254.169.254/latest',
      'https://user:password@example.test/',
    ]) {
      const answer = await api.post('/webhooks', { url, events: ITEM_EVENTS });
      expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
      expect(faultPaths(answer)).toEqual(['$.url']);
      expect(JSON.stringify(answer.body)).not.toContain('password@');
    }
    const { id } = await aWebhook(api, receiver.url);
    expect(faultPaths(await api.patch(`/webhooks/${id}`, { url: 'http://10.0.0.1/' }))).toEqual(['$.url']);
    expect(refusal(await api.get(`/webhooks/${v7()}`))).toEqual({ status: 404, code: 'webhook_not_found' });
    const member = await aKey(api, { type_permissions: { '*': 'write', 'system.*': 'write' } });
    expect(refusal(await member.api.get('/webhooks')).code).toBe('forbidden');
    expect(refusal(await member.api.post('/webhooks', { url: receiver.url, events: ITEM_EVENTS })).code).toBe(
      'forbidden',
    );
  });
});

import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Answer, bootstrap, createApi } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows, ENDED, install, integrationId, RSS_WATCHER, runIn } from './support/integrations.ts';
import { createProfile, DIALECTS } from './support/profiles.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aKey, anItem, aSpace, type Space } from './support/spaces.ts';
import { startServer, waitFor } from './support/start-server.ts';

const note = (title: string) => ({ type: 'core.note', properties: { title } });
const replayed = ({ headers }: Answer) => headers.get('idempotency-replayed');

describeServer('A request with an Idempotency-Key', (under) => {
  let space: Space;
  beforeAll(async () => {
    space = await aSpace(under.admin);
  });
  const send = (key: string, body: unknown, { path = '/items', method = 'POST', api = space.api } = {}) =>
    api.call(method, path, body, { 'idempotency-key': key });
  const titled = async (title: string): Promise<number> => {
    const { body } = await space.api.get('/items?limit=200');
    return body.data.filter((item: { properties: { title?: string } }) => item.properties.title === title).length;
  };

  it('is done once and answered the same ever after', async () => {
    const key = randomUUID();
    const first = await send(key, note('once'));
    const again = await send(key, note('once'));
    expect([first.status, replayed(first)]).toEqual([201, null]);
    expect([again.status, replayed(again)]).toEqual([201, 'true']);
    expect(again.body).toEqual(first.body);
    expect(await titled('once')).toBe(1);
  });

  it('is done once when twenty come at the same moment', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(key, note('at once'))));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
    expect(new Set(answers.map(({ body }) => body.item.id)).size).toBe(1);
    expect(answers.filter((answer) => replayed(answer) === null)).toHaveLength(1);
    expect(await titled('at once')).toBe(1);
  });

  it('shows a key that is shown once again, and keeps it sealed', async () => {
    const key = randomUUID();
    const body = { label: 'Mine', source: `s-${key}` };
    const first = await send(key, body, { path: '/keys' });
    expect(first.body.key).toMatch(/^marfa_k1_/);
    expect((await send(key, body, { path: '/keys' })).body).toEqual(first.body);
  });

  it('is another one with another body, query, path, method or credential', async () => {
    const key = randomUUID();
    const first = await send(key, note('mine'));
    expect(refusal(await send(key, note('another')))).toEqual({ status: 409, code: 'conflict' });
    const { api } = await aKey(space.api, { role: 'tenant_admin' });
    expect(replayed(await send(key, note('mine'), { api }))).toBeNull();
    const path = `/items/${first.body.item.id}`;
    expect(replayed(await send(key, { properties: {} }, { path, method: 'PATCH' }))).toBeNull();
    expect(replayed(await send(key, {}, { path, method: 'DELETE' }))).toBeNull();
    expect(replayed(await send(key, {}, { path, method: 'DELETE' }))).toBe('true');
  });

  it('is not kept when it is refused: nothing was done', async () => {
    const key = randomUUID();
    expect((await send(key, { type: 'core.note', edges: { about: [randomUUID()] } })).status).toBe(404);
    const good = await send(key, note('better'));
    expect([good.status, replayed(good)]).toEqual([201, null]);
  });

  it.each(['', 'é', 'x'.repeat(256)])('is refused when the key is “%s”', async (key) => {
    const answer = await send(Buffer.from(key).toString('latin1'), note('odd'));
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
    expect(faultPaths(answer)).toEqual(['header Idempotency-Key']);
  });

  it('reads as ever, and is asked for its credential first', async () => {
    expect(replayed(await send('k', undefined, { path: '/items', method: 'GET' }))).toBeNull();
    const nobody = createApi(under.server.url);
    expect(refusal(await send('k', note('x'), { api: nobody })).code).toBe('unauthorized');
  });

  it('writes in bulk, marks and relates within the one transaction', async () => {
    const item = await anItem(space.api);
    const calls: [string, unknown][] = [
      ['/items/bulk', { mode: 'upsert', atomic: false, items: [note('bulk'), { type: 'core.nothing' }, note('bulk')] }],
      [`/items/${item.id}/tags`, { tags: ['seen'] }],
      ['/edges', { source_id: item.id, target_id: (await anItem(space.api)).id, edge_type: 'about' }],
    ];
    for (const [path, body] of calls) {
      const key = randomUUID();
      const first = await send(key, body, { path });
      expect(first.status, path).toBeLessThan(300);
      expect((await send(key, body, { path })).body).toEqual(first.body);
    }
    expect(await titled('bulk')).toBe(2);
  });

  it('starts one run, which sees what was committed', async () => {
    const integration = await integrationId(under.admin, RSS_WATCHER);
    const { connection_id } = await install(space.api, integration, { feed_url: 'http://127.0.0.1:9/' });
    const path = `/connections/${connection_id}/run`;
    const key = randomUUID();
    const first = await send(key, {}, { path });
    expect(first.status).toBe(202);
    expect((await send(key, {}, { path })).body).toEqual(first.body);
    await runIn(space.api, connection_id, first.body.run_id, ['running', ...ENDED]);
    expect((await space.api.get(`/connections/${connection_id}/runs`)).body.data).toHaveLength(1);
  });
});

describe.each(DIALECTS)('Requests whose server is killed on the way, on %s', (dialect) => {
  it('are done once when they are sent again', async () => {
    const profile = await createProfile(dialect);
    let server = await startServer(profile.variables);
    onTestFinished(async () => {
      await server.stop();
      await profile.dispose();
    });
    const { key } = await aSpace(await bootstrap(server.url));
    const keys = Array.from({ length: 120 }, () => randomUUID());
    const answered = new Map<string, string>();
    const send = async (idempotencyKey: string) => {
      const { body } = await createApi(server.url, key).call('POST', '/items', note(idempotencyKey), {
        'idempotency-key': idempotencyKey,
      });
      answered.set(idempotencyKey, body.item.id);
      return body.item.id;
    };
    const sent = Promise.allSettled(keys.map(send));
    await waitFor(() => answered.size > 0);
    await server.kill();
    await sent;
    const before = new Map(answered);
    server = await startServer({ ...profile.variables, PORT: String(server.port) });
    const ids = await Promise.all(keys.map(send));
    for (const [index, idempotencyKey] of keys.entries())
      expect(ids[index]).toBe(before.get(idempotencyKey) ?? ids[index]);
    const titles = (await allRows(createApi(server.url, key), '/items')).map((item) => item.properties.title);
    expect(titles.sort()).toEqual([...keys].sort());
  });
});

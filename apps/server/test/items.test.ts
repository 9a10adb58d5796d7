import { randomUUID } from 'node:crypto';
import { v7 } from 'uuid';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows } from './support/integrations.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aKey, aName, anItem, aSpace } from './support/spaces.ts';

const UNKNOWN_ID = '01936d2e-7b7a-7000-8000-00000000dead';

describeServer('Items', (under) => {
  let api: Api;
  let spaceId: string;
  beforeAll(async () => {
    ({ api, id: spaceId } = await aSpace(under.admin));
  });

  describe('that are created', () => {
    it('carry what the server stamps, and nothing that was not given', async () => {
      const before = Date.now();
      const { status, body } = await api.post('/items', { type: 'core.note', properties: { title: 'Tides' } });
      expect(status).toBe(201);
      const { item, metadata } = body;
      expect(item).toEqual({
        id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
        type: 'core.note',
        properties: { title: 'Tides' },
        state: 'active',
        tier: 'library',
        tenant_id: spaceId,
        version: 1,
        schema_version: '1.0.0',
        source: 'administrator',
        timestamp: item.created_at,
        created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        updated_at: item.created_at,
      });
      expect(Date.parse(item.created_at)).toBeGreaterThanOrEqual(before);
      expect(metadata).toEqual({ item_id: item.id, tags: [], extensions: {} });
      expect((await api.get(`/items/${item.id}`)).body).toEqual(body);
    });

    it('keep everything that was given, times turned to UTC', async () => {
      const id = v7();
      const given = {
        id,
        type: 'core.bookmark',
        properties: { url: 'https://example.test/å?b=c', nested: { list: [1, 'two', null, { deep: true }] } },
        state: 'archived',
        source_id: 'first of all',
        tier: 'feed',
        device: 'Buoy 7',
        capture_latitude: 38.53,
        capture_longitude: -28.62,
      };
      const { status, body } = await api.post('/items', {
        ...given,
        timestamp: '2026-03-01T09:30:00+02:00',
        tags: ['b', 'a', 'b'],
      });
      expect(status).toBe(201);
      expect(body.item).toMatchObject({ ...given, timestamp: '2026-03-01T07:30:00.000Z' });
      expect(body.metadata.tags).toEqual(['a', 'b']);
      expect((await api.get(`/items/${id}`)).body).toEqual(body);
    });

    it('take the tier of their key unless they name one', async () => {
      const { api: feedKey } = await aKey(api, { role: 'tenant_admin', default_tier: 'feed' });
      expect((await anItem(feedKey)).tier).toBe('feed');
      expect((await anItem(feedKey, { tier: 'library' })).tier).toBe('library');
    });

    it('never take the source from the client', async () => {
      const answer = await api.post('/items', { type: 'core.note', source: 'somebody else' });
      expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
      expect(faultPaths(answer)).toEqual(['$.source']);
    });

    it('refuse an id that is taken, and one that is none', async () => {
      const { id } = await anItem(api);
      expect(refusal(await api.post('/items', { type: 'core.note', id }))).toEqual({ status: 409, code: 'conflict' });
      const answer = await api.post('/items', { type: 'core.note', id: '42' });
      expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
      expect(faultPaths(answer)).toEqual(['$.id']);
    });

    it.each(['harbour.bulletin', 'core.nothing', 'core.media.nothing'])('refuse the unknown type %s', async (type) => {
      expect(refusal(await api.post('/items', { type }))).toEqual({ status: 400, code: 'invalid_type' });
    });
  });

  describe('with a natural key', () => {
    const upsert = (source_id: string, properties: object, more: object = {}) =>
      api.post('/items', { type: 'core.note', source_id, properties, ...more });

    it('are created once and then updated, properties merged', async () => {
      const source_id = aName('key');
      const first = await upsert(source_id, { title: 'One', body: 'kept' });
      const second = await upsert(source_id, { title: 'Two' }, { tags: ['seen'] });
      expect([first.status, second.status]).toEqual([201, 200]);
      expect(second.body.item).toMatchObject({
        id: first.body.item.id,
        version: 2,
        properties: { title: 'Two', body: 'kept' },
      });
      expect(second.body.metadata.tags).toEqual(['seen']);
    });

    it('keep their version when nothing changes', async () => {
      const source_id = aName('key');
      const first = await upsert(source_id, { title: 'One', list: [{ a: 1 }] });
      const audit = await allRows(api, `/audit?resource_id=${first.body.item.id}`);
      const second = await upsert(source_id, { list: [{ a: 1 }], title: 'One' });
      expect(second.status).toBe(200);
      expect(second.body.item).toEqual(first.body.item);
      expect(await allRows(api, `/audit?resource_id=${first.body.item.id}`)).toEqual(audit);
    });

    it('become one item, however many write it at the same moment', async () => {
      const source_id = aName('key');
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => upsert(source_id, { title: `Writer ${index}`, [`w${index}`]: index })),
      );
      expect(answers.map((answer) => answer.status).sort()).toEqual([...Array(19).fill(200), 201]);
      expect(new Set(answers.map((answer) => answer.body.item.id)).size).toBe(1);
      const { body } = await api.get(`/items/${answers[0]?.body.item.id}`);
      expect(body.item.version).toBe(20);
      for (let index = 0; index < 20; index += 1) expect(body.item.properties[`w${index}`]).toBe(index);
    });

    it('are told apart by the key that writes them', async () => {
      const source_id = aName('key');
      const other = await aKey(api, { role: 'tenant_admin' });
      const mine = await upsert(source_id, {});
      const theirs = await other.api.post('/items', { type: 'core.note', source_id });
      expect([mine.status, theirs.status]).toEqual([201, 201]);
      expect(theirs.body.item.source).toBe(other.source);
    });

    it('keep their type', async () => {
      const source_id = aName('key');
      const { body } = await upsert(source_id, {});
      const answer = await api.post('/items', { type: 'core.task', source_id, properties: { title: 'x' } });
      expect(refusal(answer)).toEqual({ status: 409, code: 'type_mismatch' });
      expect(answer.body.error.details).toEqual({ id: body.item.id });
      expect((await api.get(`/items/${body.item.id}`)).body.item.type).toBe('core.note');
    });

    it('name no item of a type that may not be read any more', async () => {
      const source_id = aName('key');
      const writer = await aKey(api, { type_permissions: { 'core.note': 'write' } });
      const { body } = await writer.api.post('/items', { type: 'core.note', source_id });
      await api.patch(`/keys/${writer.id}`, { type_permissions: { 'core.task': 'write' } });
      const answer = await writer.api.post('/items', { type: 'core.task', source_id, properties: { title: 'x' } });
      expect(refusal(answer)).toEqual({ status: 409, code: 'type_mismatch' });
      expect(JSON.stringify(answer.body)).not.toMatch(new RegExp(`${body.item.id}|core.note`));
    });

    it('make way for another once they are in the trash, and cannot come back beside it', async () => {
      const source_id = aName('key');
      const old = (await upsert(source_id, { title: 'Old' })).body.item;
      await api.delete(`/items/${old.id}`);
      const next = await upsert(source_id, { title: 'New' });
      expect(next.status).toBe(201);
      expect(next.body.item.id).not.toBe(old.id);
      expect(refusal(await api.post(`/items/${old.id}/restore`))).toEqual({ status: 409, code: 'conflict' });
      await api.delete(`/items/${next.body.item.id}`);
      expect((await api.post(`/items/${old.id}/restore`)).status).toBe(200);
    });
  });

  describe('that are updated', () => {
    it('merge properties, and a null removes one', async () => {
      const { id } = await anItem(api, { properties: { title: 'One', body: 'Text', extra: { a: 1, b: 2 } } });
      const { status, body } = await api.patch(`/items/${id}`, {
        properties: { body: null, extra: { c: 3 }, absent: null },
      });
      expect(status).toBe(200);
      expect(body.item.properties).toEqual({ title: 'One', extra: { c: 3 } });
      expect(body.item.version).toBe(2);
      expect(Date.parse(body.item.updated_at)).toBeGreaterThanOrEqual(Date.parse(body.item.created_at));
    });

    it('change tier and timestamp, never the source', async () => {
      const { id, source } = await anItem(api);
      const other = await aKey(api, { role: 'tenant_admin' });
      const { body } = await other.api.patch(`/items/${id}`, { tier: 'feed', timestamp: '2020-02-29T00:00:00Z' });
      expect(body.item).toMatchObject({ tier: 'feed', timestamp: '2020-02-29T00:00:00.000Z', source });
    });

    it('cannot lose what their type requires', async () => {
      const { id } = await anItem(api, { type: 'core.bookmark', properties: { url: 'https://example.test' } });
      const answer = await api.patch(`/items/${id}`, { properties: { url: null } });
      expect(refusal(answer)).toEqual({ status: 400, code: 'invalid_properties' });
      expect(faultPaths(answer)).toEqual(['$.properties.url']);
      expect((await api.get(`/items/${id}`)).body.item.version).toBe(1);
    });

    it('refuse an update of an older version, with all that is needed to merge', async () => {
      const { id } = await anItem(api, { properties: { title: 'One', body: 'Text' } });
      await api.patch(`/items/${id}`, { version: 1, properties: { title: 'Two' } });
      await api.patch(`/items/${id}`, { version: 2, properties: { place: 'Horta' } });
      const answer = await api.patch(`/items/${id}`, { version: 1, properties: { title: 'Three', body: 'New' } });
      expect(refusal(answer)).toEqual({ status: 409, code: 'version_conflict' });
      expect(answer.body).toMatchObject({
        error: { code: 'version_conflict', status: 409 },
        current: { version: 3, properties: { title: 'Two', body: 'Text', place: 'Horta' } },
        ancestor: { version: 1, properties: { title: 'One', body: 'Text' } },
        conflicting_fields: ['title'],
        merge_policy: { fields: {}, default: 'last_writer_wins' },
      });
      expect((await api.get(`/items/${id}`)).body.item.properties.title).toBe('Two');
    });

    it('let tier and timestamp pass at any version', async () => {
      const { id } = await anItem(api);
      await api.patch(`/items/${id}`, { properties: { title: 'Two' } });
      expect((await api.patch(`/items/${id}`, { version: 1, tier: 'feed' })).status).toBe(200);
    });

    it('by many against one version, by one', async () => {
      const { id } = await anItem(api);
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          api.patch(`/items/${id}`, { version: 1, properties: { title: `Writer ${index}` } }),
        ),
      );
      expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array(9).fill(409)]);
      expect((await api.get(`/items/${id}`)).body.item.version).toBe(2);
    });

    it.each(['type', 'state', 'source_id', 'source', 'id', 'tags'])('cannot be given another %s', async (field) => {
      const { id } = await anItem(api);
      const answer = await api.patch(`/items/${id}`, { [field]: 'core.task' });
      expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
      expect(faultPaths(answer)).toEqual([`$.${field}`]);
    });
  });

  describe('in their states', () => {
    const path: Record<string, string[]> = { active: [], archived: ['archived'], trashed: ['trashed'] };
    const move = (id: string, state: string) => api.post(`/items/${id}/transition`, { state });
    async function anItemThatIs(state: string) {
      const { id } = await anItem(api);
      for (const step of path[state] ?? []) await move(id, step);
      return id;
    }

    it.each([
      ['active', 'archived', 200],
      ['active', 'trashed', 200],
      ['active', 'active', 400],
      ['active', 'revoked', 400],
      ['archived', 'active', 200],
      ['archived', 'trashed', 200],
      ['archived', 'archived', 400],
      ['archived', 'revoked', 400],
      ['trashed', 'active', 200],
      ['trashed', 'archived', 400],
      ['trashed', 'trashed', 400],
      ['trashed', 'revoked', 400],
    ])('go from %s to %s: %i', async (from, to, status) => {
      const id = await anItemThatIs(from);
      const { version } = (await api.get(`/items/${id}`)).body.item;
      const answer = await move(id, to);
      expect(answer.status).toBe(status);
      const after = (await api.get(`/items/${id}`)).body.item;
      if (status === 200) expect(after).toMatchObject({ state: to, version: version + 1 });
      else {
        expect(refusal(answer).code).toBe('invalid_transition');
        expect(after).toMatchObject({ state: from, version });
      }
    });

    it.each([
      ['archived', 200],
      ['trashed', 200],
      ['active', 400],
    ])('are restored from %s: %i', async (from, status) => {
      const id = await anItemThatIs(from);
      expect((await api.post(`/items/${id}/restore`)).status).toBe(status);
      expect((await api.get(`/items/${id}`)).body.item.state).toBe('active');
    });

    it('go to the trash when they are deleted, once', async () => {
      const { id } = await anItem(api);
      expect(await api.delete(`/items/${id}`)).toMatchObject({ status: 200, body: { ok: true } });
      expect((await api.get(`/items/${id}`)).body.item.state).toBe('trashed');
      expect(refusal(await api.delete(`/items/${id}`))).toEqual({ status: 400, code: 'invalid_transition' });
    });

    it('are moved once, however many try at the same moment', async () => {
      const { id } = await anItem(api);
      const answers = await Promise.all(Array.from({ length: 10 }, () => api.delete(`/items/${id}`)));
      expect(answers.map((answer) => answer.status).sort()).toEqual([200, ...Array(9).fill(400)]);
      expect((await api.get(`/items/${id}`)).body.item.version).toBe(2);
      expect(await allRows(api, `/audit?resource_id=${id}&action=item.delete`)).toHaveLength(1);
    });
  });

  it('leave one audit row for each change, and none for a refusal or what changed nothing', async () => {
    const { id } = await anItem(api);
    for (const title of ['Two', 'Two']) await api.patch(`/items/${id}`, { properties: { title } });
    for (const tags of [['low'], ['low']]) await api.post(`/items/${id}/tags`, { tags });
    for (const tags of [['tide'], ['tide']]) await api.put(`/items/${id}/metadata`, { tags });
    for (const tag of ['tide', 'tide']) await api.delete(`/items/${id}/tags/${tag}`);
    await api.post(`/items/${id}/transition`, { state: 'archived' });
    await api.patch(`/items/${id}`, { version: 1, properties: { title: 'Three' } });
    await api.put(`/items/${id}/extensions/harbour.tide`, { high: true });
    for (const path of [`/items/${id}/extensions/harbour.tide`, `/items/${id}`])
      for (let count = 0; count < 2; count += 1) await api.delete(path);
    const actions = (await allRows(api, `/audit?resource_id=${id}`)).map((row) => row.action);
    expect(actions).toEqual([
      'item.delete',
      'extension.delete',
      'extension.write',
      'item.transition',
      ...Array(4).fill('item.update'),
      'item.create',
    ]);
  });

  it('that are not there are not found, under every address', async () => {
    const calls: Answer[] = [
      await api.get(`/items/${UNKNOWN_ID}`),
      await api.patch(`/items/${UNKNOWN_ID}`, {}),
      await api.delete(`/items/${UNKNOWN_ID}`),
      await api.post(`/items/${UNKNOWN_ID}/restore`),
      await api.post(`/items/${randomUUID()}/transition`, { state: 'archived' }),
    ];
    for (const answer of calls) expect(refusal(answer)).toEqual({ status: 404, code: 'item_not_found' });
  });
});

import { beforeEach, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows } from './support/integrations.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aKey, anItem, aSpace } from './support/spaces.ts';

const MAX_BULK_ITEMS = 5000;
const notes = (count: number, prefix = 'note') =>
  Array.from({ length: count }, (_, index) => ({
    type: 'core.note',
    source_id: `${prefix}-${index}`,
    properties: { title: `Note ${index}` },
  }));

describeServer('Writing many items at once', (under) => {
  let api: Api;
  beforeEach(async () => {
    ({ api } = await aSpace(under.admin));
  });
  const bulk = (items: unknown[], more: Record<string, unknown> = {}) =>
    api.post('/items/bulk', { mode: 'upsert', items, ...more });
  const stored = () => allRows(api, '/items?sort=created_at&direction=asc');

  it('creates what is new, updates what changed, skips what did not', async () => {
    await bulk(notes(3));
    const changed = notes(4).map((note, index) => (index === 1 ? { ...note, properties: { title: 'Edited' } } : note));
    const { status, body } = await bulk(changed);
    expect(status).toBe(200);
    expect(body.counts).toEqual({ created: 1, updated: 1, skipped: 2, errored: 0 });
    expect(body.results.map((result: { index: number; outcome: string }) => [result.index, result.outcome])).toEqual([
      [0, 'skipped'],
      [1, 'updated'],
      [2, 'skipped'],
      [3, 'created'],
    ]);
    const rows = await stored();
    expect(rows.map((row) => [row.source_id, row.version]).sort()).toEqual([
      ['note-0', 1],
      ['note-1', 2],
      ['note-2', 1],
      ['note-3', 1],
    ]);
    const ids = new Set(rows.map((row) => row.id));
    for (const result of body.results) expect(ids).toContain(result.id);
  });

  it('leaves what exists alone when it may only create', async () => {
    await bulk(notes(1));
    const { body } = await bulk([{ ...notes(1)[0], properties: { title: 'Other' } }, ...notes(1, 'next')], {
      mode: 'create_only',
    });
    expect(body.counts).toEqual({ created: 1, updated: 0, skipped: 1, errored: 0 });
    expect(body.results[0]).toMatchObject({ outcome: 'skipped', reason: 'exists' });
    expect((await stored()).map((row) => row.properties.title)).toEqual(['Note 0', 'Note 0']);
  });

  it('takes one natural key twice in a row as a creation and an update', async () => {
    const [note] = notes(1);
    const { body } = await bulk([note, { ...note, properties: { title: 'Later' } }]);
    expect(body.counts).toEqual({ created: 1, updated: 1, skipped: 0, errored: 0 });
    expect(await stored()).toMatchObject([{ version: 2, properties: { title: 'Later' } }]);
  });

  it('writes all or nothing, and names the one that failed', async () => {
    const items = [...notes(2), { type: 'core.task', properties: {} }, ...notes(2, 'after')];
    const audit = await allRows(api, '/audit');
    const answer = await bulk(items);
    expect(refusal(answer)).toEqual({ status: 400, code: 'invalid_properties' });
    expect(answer.body.error.details.index).toBe(2);
    expect(await stored()).toEqual([]);
    expect(await allRows(api, '/audit')).toEqual(audit);
  });

  it('writes each on its own when it is not all or nothing', async () => {
    const existing = await anItem(api, { type: 'core.task', source_id: 'note-0', properties: { title: 'Task' } });
    const items = [
      ...notes(2),
      { type: 'core.task', properties: {} },
      { type: 'core.nothing' },
      { type: 'core.note', id: existing.id },
      { type: 'system.connection', properties: {} },
      { type: 'core.note', edges: { about: [existing.id], unknown: [existing.id] }, properties: { title: 'half' } },
      ...notes(1, 'last'),
    ];
    const { status, body } = await bulk(items, { atomic: false });
    expect(status).toBe(200);
    expect(body.counts).toEqual({ created: 2, updated: 0, skipped: 0, errored: 6 });
    const codes = body.results.map((result: { error?: { code: string } }) => result.error?.code ?? null);
    expect(codes).toEqual([
      'type_mismatch',
      null,
      'invalid_properties',
      'invalid_type',
      'conflict',
      'forbidden',
      'type_not_found',
      null,
    ]);
    // The one whose second edge failed left neither itself nor its first edge.
    expect((await stored()).map((row) => row.source_id).sort()).toEqual(['last-0', 'note-0', 'note-1']);
    expect((await api.get(`/items/${existing.id}/backrefs`)).body.data).toEqual([]);
  });

  it('is shaped right as a whole, or refused as a whole', async () => {
    const answer = await bulk([...notes(1), { type: 5 }, { type: 'core.note', colour: 'blue' }], { atomic: false });
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
    expect(faultPaths(answer)).toEqual(['$.items[1].type', '$.items[2].colour']);
    expect(await stored()).toEqual([]);
  });

  it.each([
    [{ items: [] }, ['$.items']],
    [{ items: [], mode: 'replace' }, ['$.items', '$.mode']],
    [{ items: [{ type: 'core.note' }], mode: undefined }, ['$.mode']],
    [{ items: 'all' }, ['$.items']],
    [{ items: [{ type: 'core.note' }], atomic: 'yes' }, ['$.atomic']],
  ])('refuses %j', async (body, paths) => {
    const answer = await api.post('/items/bulk', { mode: 'upsert', ...body });
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
    expect(faultPaths(answer)).toEqual(paths);
  });

  it(`takes ${MAX_BULK_ITEMS} items, and refuses one more`, async () => {
    const { status, body } = await bulk(notes(MAX_BULK_ITEMS));
    expect(status).toBe(200);
    expect(body.counts.created).toBe(MAX_BULK_ITEMS);
    expect(refusal(await bulk(notes(MAX_BULK_ITEMS + 1)))).toEqual({ status: 400, code: 'bulk_cap_exceeded' });
  });

  it('by several at the same moment makes each item once', async () => {
    const keys = notes(50);
    const answers = await Promise.all([keys, keys.toReversed(), keys, keys.toReversed()].map((items) => bulk(items)));
    expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
    const created = answers.reduce((sum, answer) => sum + answer.body.counts.created, 0);
    expect(created).toBe(50);
    expect(await stored()).toHaveLength(50);
  });

  it('stamps source and tier like single writes', async () => {
    const { api: other, source } = await aKey(api, { role: 'tenant_admin', default_tier: 'feed' });
    await other.post('/items/bulk', { mode: 'upsert', items: [notes(1)[0], { type: 'core.note', tier: 'library' }] });
    const rows = await stored();
    expect(rows.map((row) => row.source)).toEqual([source, source]);
    expect(rows.map((row) => row.tier).sort()).toEqual(['feed', 'library']);
  });
});

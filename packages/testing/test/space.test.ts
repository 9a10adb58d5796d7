import { type ConnectionContext, MarfaApiError } from '@withmarfa/runtime-sdk';
import { describe, expect, it } from 'vitest';
import { aScheduled } from './support/a-connector.ts';

const aSpace = () => aScheduled(async () => ({ ok: true }));
const aNote = (source_id: string, title: string) => ({ type: 'core.note', source_id, properties: { title } }) as const;

async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  const fault = await call.then(
    () => undefined,
    (error: unknown) => error,
  );
  return fault instanceof MarfaApiError ? `${fault.status} ${fault.code}` : undefined;
}

describe('items of the space in memory', () => {
  it('are updated by their natural key, and stand still when nothing changes', async () => {
    const harness = aSpace();
    const { marfa } = harness.ctx;
    const first = await marfa.createItem(aNote('1', 'High'));
    const second = await marfa.createItem(aNote('1', 'Higher'));
    const third = await marfa.createItem(aNote('1', 'Higher'));
    expect([first.created, second.created, third.created]).toEqual([true, false, false]);
    expect([first, second, third].map(({ item }) => item.version)).toEqual([1, 2, 2]);
    expect(harness.items).toHaveLength(1);
  });

  it('in the trash give their natural key free', async () => {
    const harness = aSpace();
    const { marfa } = harness.ctx;
    const { item } = await marfa.createItem(aNote('1', 'High'));
    await marfa.transitionItem(item.id, 'trashed');
    expect((await marfa.createItem(aNote('1', 'High'))).created).toBe(true);
    expect(await codeOf(marfa.transitionItem(item.id, 'active'))).toBe('409 conflict');
    expect(harness.items.map(({ state }) => state)).toEqual(['trashed', 'active']);
  });

  it('of a person are no other source’s, and keep their source when the connector changes them', async () => {
    const harness = aSpace();
    const { marfa } = harness.ctx;
    const person = harness.space.createItem(aNote('1', 'Mine'));
    await marfa.createItem(aNote('1', 'Theirs'));
    await marfa.updateItem(person.id, { properties: { title: 'Ours' } });
    expect(harness.items.map(({ source, properties }) => [source, properties.title])).toEqual([
      ['person.app', 'Ours'],
      ['acme.tides', 'Theirs'],
    ]);
  });

  it('refuse an update that was made from an older version, and tell what is needed to merge', async () => {
    const { marfa } = aSpace().ctx;
    const { item } = await marfa.createItem(aNote('1', 'High'));
    await marfa.updateItem(item.id, { version: 1, properties: { title: 'Higher', body: null } });
    const fault = await marfa
      .updateItem(item.id, { version: 1, properties: { title: 'Low' } })
      .catch((error: unknown) => error);
    expect(fault).toMatchObject({
      code: 'version_conflict',
      details: {
        current: { version: 2, properties: { title: 'Higher' } },
        ancestor: { version: 1, properties: { title: 'High' } },
        conflicting_fields: ['title'],
      },
    });
  });

  it('come in pages by type, source and state', async () => {
    const harness = aSpace();
    const { marfa } = harness.ctx;
    await marfa.bulkUpsert(['1', '2', '3', '4', '5'].map((id) => aNote(id, id)));
    harness.space.createItem(aNote('6', 'a person’s'));
    const titles: unknown[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await marfa.listItems({
        type: 'core.note',
        source: 'acme.tides',
        direction: 'asc',
        limit: 2,
        ...(cursor ? { cursor } : {}),
      });
      titles.push(page.data.map(({ properties }) => properties.title));
      cursor = page.cursor;
    } while (cursor);
    expect(titles).toEqual([['1', '2'], ['3', '4'], ['5']]);
    expect((await marfa.listItems({ state: 'trashed' })).data).toEqual([]);
    expect(await codeOf(marfa.listItems({ filter: 'version gt 1' }))).toBe('400 validation_error');
  });

  it('are written in bulk, all or none, or each on its own', async () => {
    const harness = aSpace();
    const { marfa } = harness.ctx;
    const wrong = { type: 'core.task', source_id: 'wrong', properties: {} } as const;
    expect(await codeOf(marfa.bulkUpsert([aNote('1', 'High'), wrong]))).toBe('400 invalid_properties');
    expect(harness.items).toEqual([]);
    const { counts, results } = await marfa.bulkUpsert([aNote('1', 'High'), wrong, aNote('1', 'High')], {
      atomic: false,
    });
    expect(counts).toEqual({ created: 1, updated: 0, skipped: 1, errored: 1 });
    expect(results.map(({ outcome }) => outcome)).toEqual(['created', 'errored', 'skipped']);
  });
});

describe('what the connector may do', () => {
  it.each<[what: string, code: string, call: (ctx: ConnectionContext, id: string) => Promise<unknown>]>([
    [
      'write a type it does not target',
      '403 type_not_permitted',
      ({ marfa }) => marfa.createItem({ type: 'core.bookmark', properties: { url: 'https://example.org/' } }),
    ],
    ['read one', '403 type_not_permitted', async ({ marfa }, id) => marfa.getItem(id)],
    [
      'leave out what a type requires',
      '400 invalid_properties',
      ({ marfa }) => marfa.createItem({ type: 'core.task' }),
    ],
    [
      'give a field of another kind',
      '400 invalid_properties',
      ({ marfa }) => marfa.createItem({ type: 'core.task', properties: { title: 'x', due_at: 'tomorrow' } }),
    ],
    [
      'send what the API does not know',
      '400 validation_error',
      ({ marfa }) => marfa.createItem({ type: 'core.note', ...{ colour: 'red' } }),
    ],
    [
      'relate by an edge type it did not ask for',
      '403 edge_permission_denied',
      async ({ marfa }) => {
        const { item } = await marfa.createItem(aNote('1', 'High'));
        return marfa.createEdge({ source_id: item.id, target_id: item.id, edge_type: 'about' });
      },
    ],
  ])('is not to %s', async (_what, code, call) => {
    const harness = aSpace();
    const { id } = harness.space.createItem({ type: 'core.bookmark', properties: { url: 'https://example.org/' } });
    expect(await codeOf(call(harness.ctx, id))).toBe(code);
  });

  it('is nothing with a type that the space does not have', () => {
    expect(() => aSpace().space.createItem({ type: 'acme.tide' })).toThrow('There is no type acme.tide in this space.');
  });

  it('is to relate items once, keep its own extension, and find what is not there missing', async () => {
    const harness = aSpace();
    const { marfa } = harness.ctx;
    const [one, other] = [await marfa.createItem(aNote('1', 'High')), await marfa.createItem(aNote('2', 'Low'))];
    const edge = { source_id: one.item.id, target_id: other.item.id, edge_type: 'references' };
    expect([await marfa.ensureEdge(edge), await marfa.ensureEdge(edge)]).toEqual(['created', 'exists']);
    expect(harness.edges).toMatchObject([edge]);
    expect(await marfa.readRuntimeExtension()).toBeNull();
    await marfa.writeRuntimeExtension({ seen: 1 });
    expect(await marfa.readRuntimeExtension()).toEqual({ seen: 1 });
    expect(await marfa.getItem('0190a8b0-0000-7000-8000-00000000dead')).toBeNull();
  });
});

import { MarfaApiError, RunEndedError } from '@withmarfa/runtime-sdk';
import type { CreateItemInput } from '@withmarfa/shared';
import { describe, expect, it } from 'vitest';
import { aClient } from './support/a-client.ts';
import { anEnvelope, anItem, CONNECTION, ITEM } from './support/builders.ts';
import { type Answer, refusal, startMarfa } from './support/start-marfa.ts';

const OTHER = '0190a8b0-0000-7000-8000-000000000006';
const at = '2026-03-01T09:30:00.000Z';
const edge = {
  id: OTHER,
  tenant_id: null,
  source_id: ITEM,
  target_id: OTHER,
  edge_type: 'parent-of',
  properties: {},
  created_at: at,
  updated_at: at,
};
const anEdge = { source_id: ITEM, target_id: OTHER, edge_type: 'parent-of' };

describe('the client: items', () => {
  it('creates or updates an item by its natural key, tells which, and counts', async () => {
    await using marfa = await startMarfa({
      'POST /items': (_, count) => ({ status: count === 1 ? 201 : 200, body: anEnvelope() }),
    });
    const { client, counts } = aClient(marfa.url);
    const input = { type: 'core.note', source_id: 'one', properties: { title: 'One' } };
    expect(await client.createItem(input)).toEqual({ ...anEnvelope(), created: true });
    expect(await client.createItem(input)).toEqual({ ...anEnvelope(), created: false });
    expect(counts).toEqual({ items_created: 1, items_updated: 1 });
    expect(marfa.seen[0]).toMatchObject({
      headers: { 'content-type': 'application/json', authorization: 'Bearer key-0' },
    });
    expect(JSON.parse(marfa.seen[0]?.body ?? '')).toEqual(input);
  });

  it('gets an item, and null for one that is not there', async () => {
    await using marfa = await startMarfa({ [`GET /items/${ITEM}`]: () => ({ status: 200, body: anEnvelope() }) });
    const { client } = aClient(marfa.url);
    expect(await client.getItem(ITEM)).toEqual(anEnvelope());
    expect(await client.getItem(OTHER)).toBeNull();
    await expect(client.getItem('../keys')).resolves.toBeNull();
    expect(marfa.seen.at(-1)?.url).toBe('/items/..%2Fkeys');
  });

  it('updates and transitions an item, and counts both', async () => {
    await using marfa = await startMarfa({
      [`PATCH /items/${ITEM}`]: () => ({ status: 200, body: anEnvelope({ version: 2 }) }),
      [`POST /items/${ITEM}/transition`]: () => ({ status: 200, body: anEnvelope({ state: 'archived' }) }),
    });
    const { client, counts } = aClient(marfa.url);
    expect((await client.updateItem(ITEM, { properties: { a: null } })).item.version).toBe(2);
    expect((await client.transitionItem(ITEM, 'archived')).item.state).toBe('archived');
    expect(marfa.seen.map(({ body }) => body)).toEqual(['{"properties":{"a":null}}', '{"state":"archived"}']);
    expect(counts).toEqual({ items_created: 0, items_updated: 2 });
  });

  it('lists items page by page, lists in the query joined by commas', async () => {
    await using marfa = await startMarfa({
      'GET /items': ({ url }) => ({
        status: 200,
        body: url.includes('cursor')
          ? { data: [{ item: anItem() }], cursor: null, has_more: false }
          : { data: [anItem()], cursor: 'more', has_more: true },
      }),
    });
    const { client } = aClient(marfa.url);
    const query = { type: 'core.note', tags: ['a b', 'c'], limit: 1 };
    expect(await client.listItems(query)).toEqual({ data: [anItem()], cursor: 'more', has_more: true });
    expect(await client.listItems({ ...query, cursor: 'more', include: ['edges'] })).toEqual({
      data: [anItem()],
      cursor: null,
      has_more: false,
    });
    await client.listItems();
    expect(marfa.seen.map(({ url }) => url)).toEqual([
      '/items?type=core.note&tags=a+b%2Cc&limit=1',
      '/items?type=core.note&tags=a+b%2Cc&limit=1&cursor=more&include=edges',
      '/items',
    ]);
  });

  it('reads and writes the runtime extension of its own connection', async () => {
    const path = `/items/${CONNECTION}/extensions/connection.runtime`;
    await using marfa = await startMarfa({
      [`GET ${path}`]: () => ({ status: 200, body: { namespace: 'connection.runtime', data: { a: 1 } } }),
      [`PUT ${path}`]: () => ({ status: 200, body: { extensions: { 'connection.runtime': { a: 2 } } } }),
    });
    const { client } = aClient(marfa.url);
    expect(await client.readRuntimeExtension()).toEqual({ a: 1 });
    await client.writeRuntimeExtension({ a: 2 });
    expect(marfa.seen.at(-1)?.body).toBe('{"a":2}');
  });
});

describe('the client: edges', () => {
  it('creates an edge', async () => {
    await using marfa = await startMarfa({ 'POST /edges': () => ({ status: 201, body: { edge } }) });
    expect(await aClient(marfa.url).client.createEdge(anEdge)).toEqual(edge);
  });

  it('takes an edge that is there already for what was wanted', async () => {
    const duplicate = refusal('edge_constraint_violation', { constraint: 'duplicate' });
    await using marfa = await startMarfa({
      'POST /edges': (_, count) => (count === 1 ? { status: 201, body: { edge } } : { status: 400, body: duplicate }),
    });
    const { client } = aClient(marfa.url);
    expect(await client.ensureEdge(anEdge)).toBe('created');
    expect(await client.ensureEdge(anEdge)).toBe('exists');
    await expect(client.createEdge(anEdge)).rejects.toSatisfy((error) =>
      MarfaApiError.is(error, 'edge_constraint_violation'),
    );
  });

  it('does not take another violation for it', async () => {
    const body = refusal('edge_constraint_violation', { constraint: 'cardinality' });
    await using marfa = await startMarfa({ 'POST /edges': () => ({ status: 400, body }) });
    await expect(aClient(marfa.url).client.ensureEdge(anEdge)).rejects.toThrow(MarfaApiError);
  });
});

describe('the client: bulk', () => {
  const notes = (count: number, text = ''): CreateItemInput[] =>
    Array.from({ length: count }, (_, index) => ({
      type: 'core.note',
      source_id: String(index),
      properties: { text },
    }));

  /** Answers as a server that creates every item but those whose source_id is a multiple of 500. */
  const upserting = ({ body }: { body: string }): Answer => {
    const { items } = JSON.parse(body) as { items: CreateItemInput[] };
    const results = items.map((item, index) => ({
      index,
      outcome: Number(item.source_id) % 500 === 0 ? 'updated' : 'created',
    }));
    const updated = results.filter(({ outcome }) => outcome === 'updated').length;
    return {
      status: 200,
      body: { counts: { created: items.length - updated, updated, skipped: 0, errored: 0 }, results },
    };
  };

  it('splits many items into calls of 500 and puts the answers together', async () => {
    await using marfa = await startMarfa({ 'POST /items/bulk': upserting });
    const { client, counts } = aClient(marfa.url);
    const result = await client.bulkUpsert(notes(1201));
    expect(result.counts).toEqual({ created: 1198, updated: 3, skipped: 0, errored: 0 });
    expect(result.results.map(({ index }) => index)).toEqual(Array.from({ length: 1201 }, (_, index) => index));
    expect(result.results.filter(({ outcome }) => outcome === 'updated').map(({ index }) => index)).toEqual([
      0, 500, 1000,
    ]);
    expect(counts).toEqual({ items_created: 1198, items_updated: 3 });
    const bodies = marfa.seen.map(({ body }) => JSON.parse(body) as { items: unknown[] });
    expect(bodies.map(({ items }) => items.length)).toEqual([500, 500, 201]);
    expect(bodies[0]).toMatchObject({ mode: 'upsert', atomic: true, emit_events: true });
  });

  it('splits large items into calls of 4 MB, and sends one that is larger by itself', async () => {
    await using marfa = await startMarfa({ 'POST /items/bulk': upserting });
    const items = [...notes(5, 'é'.repeat(700_000)), ...notes(1, 'x'.repeat(5_000_000)), ...notes(1)];
    await aClient(marfa.url).client.bulkUpsert(items);
    const sizes = marfa.seen.map(({ body }) => (JSON.parse(body) as { items: unknown[] }).items.length);
    expect(sizes).toEqual([2, 2, 1, 1, 1]);
    for (const { body } of marfa.seen.filter((_, index) => index !== 3)) {
      expect(Buffer.byteLength(body)).toBeLessThan(4 * 1024 * 1024 + 100);
    }
  });

  it('asks for nothing when there is nothing', async () => {
    const { client } = aClient('http://127.0.0.1:9');
    expect(await client.bulkUpsert([])).toEqual({
      counts: { created: 0, updated: 0, skipped: 0, errored: 0 },
      results: [],
    });
  });

  it('passes the options on', async () => {
    await using marfa = await startMarfa({ 'POST /items/bulk': upserting });
    await aClient(marfa.url).client.bulkUpsert(notes(1), { atomic: false, emit_events: false });
    expect(JSON.parse(marfa.seen[0]?.body ?? '')).toMatchObject({ atomic: false, emit_events: false });
  });

  it('repeats a call only when every item has a natural key', async () => {
    await using marfa = await startMarfa({
      'POST /items/bulk': (request, count) => (count === 1 ? 'cut off' : upserting(request)),
    });
    const { client } = aClient(marfa.url);
    await expect(client.bulkUpsert([...notes(1), { type: 'core.note' }])).rejects.toThrow('got no answer');
    expect((await client.bulkUpsert(notes(2))).results).toHaveLength(2);
  });
});

describe('the client: refusals and faults', () => {
  it('throws what the server answered, with its code, status and details', async () => {
    await using marfa = await startMarfa({
      'POST /items': () => ({ status: 400, body: refusal('invalid_properties', { issues: [1] }) }),
    });
    const fault = await aClient(marfa.url)
      .client.createItem({ type: 'core.note', source_id: 'one' })
      .catch((error: unknown) => error);
    expect(MarfaApiError.is(fault, 'invalid_properties') && fault).toMatchObject({
      status: 400,
      details: { issues: [1] },
      message: 'Refused: invalid_properties. (POST /items: 400 invalid_properties)',
    });
  });

  it('keeps what stands beside the error of a version conflict', async () => {
    const current = { version: 3, properties: {} };
    await using marfa = await startMarfa({
      [`PATCH /items/${ITEM}`]: () => ({ status: 409, body: { ...refusal('version_conflict'), current } }),
    });
    const fault = aClient(marfa.url).client.updateItem(ITEM, { version: 2 });
    await expect(fault).rejects.toMatchObject({ code: 'version_conflict', details: { current } });
  });

  it.for<[string, Answer]>([
    ['no JSON', { status: 200 }],
    ['another shape', { status: 200, body: { item: 1 } }],
    ['an error of another shape', { status: 418, body: { error: 'teapot' } }],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:9/' } }],
  ])('names an answer that makes no sense: %s', async ([, answer]) => {
    await using marfa = await startMarfa({ [`GET /items/${ITEM}`]: () => answer });
    const fault = aClient(marfa.url).client.getItem(ITEM);
    await expect(fault).rejects.toMatchObject({
      code: 'unexpected_answer',
      status: (answer as { status: number }).status,
    });
  });

  it('refuses every call once the run is over, and ends those under way', async () => {
    const asked = Promise.withResolvers<void>();
    await using marfa = await startMarfa({
      'GET /items': () => {
        asked.resolve();
        return 'never';
      },
    });
    const { client, ending } = aClient(marfa.url);
    const underWay = client.listItems();
    await asked.promise;
    ending.abort(new RunEndedError('over'));
    await expect(underWay).rejects.toSatisfy(RunEndedError.is);
    await expect(client.getItem(ITEM)).rejects.toSatisfy(RunEndedError.is);
    expect(marfa.seen).toHaveLength(1);
  });

  it('waits for no credential once the run is over', async () => {
    const asked = Promise.withResolvers<void>();
    await using marfa = await startMarfa({ 'GET /items': () => ({ status: 401, body: refusal('unauthorized') }) });
    const { client, ending } = aClient(marfa.url, {
      refresh() {
        asked.resolve();
        return new Promise(() => undefined);
      },
    });
    const underWay = client.listItems();
    await asked.promise;
    ending.abort(new RunEndedError('over'));
    await expect(underWay).rejects.toSatisfy(RunEndedError.is);
  });
});

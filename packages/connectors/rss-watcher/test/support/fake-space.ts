import type { CreateItemInput } from '@withmarfa/runtime-sdk';

export interface StoredItem extends CreateItemInput {
  id: string;
  version: number;
}

export interface FakeSpace {
  /** Answers Marfa's API as far as the connector uses it. */
  fetch: typeof fetch;
  /** Bookmarks by source_id. */
  items: Map<string, StoredItem>;
  activities: Record<string, unknown>[];
  /** How many items the bulk calls carried, a number for each call. */
  bulkCalls: number[];
  /** Items that the space answers `errored` for. */
  refuses: (item: CreateItemInput) => boolean;
  /** When set, every call is answered with this status. */
  brokenStatus: number | undefined;
}

const NOW = '2026-03-05T12:00:00.000Z';

/** A space in memory that upserts by natural key and skips what is unchanged, as the server does. */
export function createFakeSpace(): FakeSpace {
  let lastId = 0;
  const nextId = () => {
    lastId += 1;
    return `0190a8b0-0000-7000-8000-${String(lastId).padStart(12, '0')}`;
  };

  const upsert = (item: CreateItemInput, index: number) => {
    if (space.refuses(item)) {
      return { index, outcome: 'errored', error: { code: 'invalid_properties', message: 'not in this space' } };
    }
    const key = item.source_id ?? '';
    const known = space.items.get(key);
    if (!known) {
      const id = nextId();
      space.items.set(key, { ...item, id, version: 1 });
      return { index, outcome: 'created', id };
    }
    const { id, version, ...before } = known;
    if (JSON.stringify(before) === JSON.stringify(item)) return { index, outcome: 'skipped', id };
    space.items.set(key, { ...item, id, version: version + 1 });
    return { index, outcome: 'updated', id };
  };

  const bulk = (body: { items: CreateItemInput[] }) => {
    space.bulkCalls.push(body.items.length);
    const results = body.items.map(upsert);
    const count = (outcome: string) => results.filter((result) => result.outcome === outcome).length;
    const counts = { created: count('created'), updated: count('updated'), skipped: count('skipped') };
    return Response.json({ counts: { ...counts, errored: count('errored') }, results });
  };

  const activity = (body: { type: string; properties: Record<string, unknown> }) => {
    space.activities.push(body.properties);
    const id = nextId();
    const item = { id, ...body, state: 'active', tenant_id: null, version: 1, schema_version: '1.0.0', source: 'x' };
    const times = { timestamp: NOW, created_at: NOW, updated_at: NOW };
    return Response.json(
      { item: { ...item, ...times }, metadata: { item_id: id, tags: [], extensions: {} } },
      { status: 201 },
    );
  };

  const space: FakeSpace = {
    items: new Map(),
    activities: [],
    bulkCalls: [],
    refuses: () => false,
    brokenStatus: undefined,
    async fetch(input, init) {
      const request = new Request(input, init);
      if (space.brokenStatus) {
        const error = { code: 'validation_error', message: 'the space is broken' };
        return Response.json({ error }, { status: space.brokenStatus });
      }
      const { pathname } = new URL(request.url);
      const body = await request.json();
      if (request.method === 'POST' && pathname === '/items/bulk') return bulk(body);
      if (request.method === 'POST' && pathname === '/items' && body.type === 'system.activity') return activity(body);
      return Response.json({ error: { code: 'not_found', message: `${request.method} ${pathname}` } }, { status: 404 });
    },
  };
  return space;
}

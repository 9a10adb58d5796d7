// Compiled by types.test.ts: every line below a mark has to be an error, and no other.
import type { Edge, Item, ItemEnvelope, Key } from '@withmarfa/shared';
import { createClient, type List, MarfaApiError } from '../../src/index.ts';

export const client = createClient({ baseUrl: 'https://marfa.example', token: async () => 'marfa_k1_x' });

export async function right(): Promise<void> {
  const made: ItemEnvelope = await client.items.create(
    { type: 'core.note', properties: { title: 'A' } },
    { timeoutMs: 10 },
  );
  const shown: ItemEnvelope = await client.items.get(made.item.id, { include: ['edges'] });
  const bare: List<Item> = client.items.list({ type: 'core.note', limit: 10, tags: ['a'] });
  for await (const item of bare) item.properties satisfies Record<string, unknown>;
  for await (const row of client.items.list({ include: ['metadata'] }))
    row.metadata?.tags satisfies string[] | undefined;
  const { cursor }: { cursor: string | null } = await client.items.edges(shown.item.id).page();
  await client.items.removeTag({ id: made.item.id, tag: 'a' }, { signal: new AbortController().signal });
  const { edge }: { edge: Edge } = await client.edges.create({ source_id: 'a', target_id: 'b', edge_type: 'about' });
  const { keys }: { keys: Key[] } = await client.keys.list();
  const bytes: Response = await client.blobs.get('sha256:0');
  const { hash }: { hash: string } = await client.blobs.upload(new Blob(['a']), { contentType: 'text/plain' });
  for await (const event of client.events.subscribe({ types: ['core.*'], events: ['item.created'] }))
    if (event.event === 'item.created') event.data.properties satisfies Record<string, unknown>;
  const error: unknown = [cursor, edge, keys, bytes, hash];
  if (MarfaApiError.is(error, 'item_not_found')) error.issues[0]?.path satisfies string | undefined;
}

export async function wrong(): Promise<void> {
  // @ts-expect-error a type is needed
  await client.items.create({ properties: {} });
  // @ts-expect-error no such field
  await client.items.create({ type: 'core.note', surprise: 1 });
  // @ts-expect-error an id is needed
  await client.items.get();
  // @ts-expect-error two parts of a path are named
  await client.items.removeTag('id');
  // @ts-expect-error no such parameter
  client.items.list({ colour: 'blue' });
  // @ts-expect-error not a tier
  client.items.list({ tier: 'attic' });
  // @ts-expect-error a list is read, not awaited for its rows
  (await client.items.list()).data;
  // @ts-expect-error rows have no metadata unless it is asked for
  for await (const row of client.items.list()) row.metadata;
  // @ts-expect-error rows are wrapped when more is asked for
  for await (const row of client.items.list({ include: ['metadata'] })) row.properties;
  // @ts-expect-error no body
  await client.items.restore('id', { state: 'active' });
  // @ts-expect-error no such method
  await client.items.publish('id');
  // @ts-expect-error not an event
  client.events.subscribe({ events: ['item.painted'] });
  // @ts-expect-error not a time limit
  await client.health.get({ timeoutMs: 'long' });
  // @ts-expect-error an address is needed
  createClient({ token: 'marfa_k1_x' });
}

import { describe, expect, it } from 'vitest';
import { CreateItemInputSchema, RESERVED_ITEM_FIELDS, UpdateItemInputSchema } from './item.ts';

const accepts = (changes: object) => CreateItemInputSchema.safeParse({ type: 'core.note', ...changes }).success;
const AN_ID = '01936d2e-7b7a-7000-8000-000000000001';

describe('a new item', () => {
  it('needs a type and nothing else', () => {
    expect(CreateItemInputSchema.parse({ type: 'core.note' })).toEqual({ type: 'core.note', properties: {} });
    expect(CreateItemInputSchema.safeParse({}).success).toBe(false);
  });

  it.each<[string, object]>([
    ['an id of its own', { id: AN_ID }],
    ['any properties', { properties: { a: [1, { b: null }], é: 'x' } }],
    ['a time with an offset', { timestamp: '2026-03-01T09:30:00+02:00' }],
    ['tags', { tags: ['a', 'b c'] }],
    ['edges by type', { edges: { about: [AN_ID], 'parent-of': [] } }],
    ['a place', { capture_latitude: -90, capture_longitude: 180 }],
  ])('may bring %s', (_what, changes) => {
    expect(accepts(changes)).toBe(true);
  });

  it.each<[string, object]>([
    ['an id that is none', { id: '7' }],
    ['a state of the platform’s rows', { state: 'revoked' }],
    ['a time without a zone', { timestamp: '2026-03-01T09:30:00' }],
    ['a date alone', { timestamp: '2026-03-01' }],
    ['a time in words', { timestamp: 'yesterday' }],
    ['a blank tag', { tags: ['  '] }],
    ['a place beyond the pole', { capture_latitude: 90.1 }],
    ['an unknown tier', { tier: 'inbox' }],
    ['an empty source id', { source_id: '' }],
    ['an endless source id', { source_id: 'x'.repeat(1025) }],
    ['properties as a list', { properties: [] }],
    ['a field the server stamps', { source: 'me' }],
    ['another field the server stamps', { tenant_id: null }],
    ['a version', { version: 2 }],
    ['an edge to something that is no id', { edges: { about: ['x'] } }],
  ])('cannot bring %s', (_what, changes) => {
    expect(accepts(changes)).toBe(false);
  });
});

describe('an update of an item', () => {
  it('cannot change what an item is', () => {
    for (const change of [{ type: 'core.task' }, { state: 'trashed' }, { source_id: 'x' }, { id: AN_ID }])
      expect(UpdateItemInputSchema.safeParse(change).success).toBe(false);
  });

  it('names the version it was made against, from 1', () => {
    expect(UpdateItemInputSchema.safeParse({ version: 1 }).success).toBe(true);
    expect(UpdateItemInputSchema.safeParse({ version: 0 }).success).toBe(false);
  });
});

describe('the wire fields of an item', () => {
  it('are reserved: no type may declare them as properties', () => {
    for (const field of ['id', 'type', 'properties', 'state', 'tier', 'source', 'source_id', 'edges', 'extensions'])
      expect(RESERVED_ITEM_FIELDS).toContain(field);
    expect(RESERVED_ITEM_FIELDS).not.toContain('title');
  });
});

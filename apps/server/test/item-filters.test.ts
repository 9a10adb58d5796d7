import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { type Fields, filterCase, storedProperties } from './support/filter-model.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aKey, anItem, aSpace } from './support/spaces.ts';

interface Row extends Fields {
  id: string;
  properties: Fields['properties'];
}

describeServer('A filter on items', (under) => {
  let api: Api;
  let items: Row[];

  const filtered = (filter: string, query = '') =>
    api.get(`/items?limit=200&filter=${encodeURIComponent(filter)}${query}`);
  const titles = async (filter: string, query = '') =>
    (await filtered(filter, query)).body.data.map((row: Row) => row.properties.title).sort();

  beforeAll(async () => {
    ({ api } = await aSpace(under.admin));
    const optional = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined });
    const stored = fc.sample(
      fc.record({
        type: fc.constantFrom('core.note', 'core.entity'),
        properties: storedProperties,
        tier: fc.constantFrom('library', 'feed'),
        device: optional(fc.constantFrom('sea', 'Z', 'é')),
        capture_latitude: optional(fc.constantFrom(1, 1.5, -1, 10)),
        timestamp: fc.integer({ min: 1, max: 6 }).map((day) => `2026-01-0${day}T00:00:00.000Z`),
      }),
      { numRuns: 150, seed: 1 },
    );
    const { status, body } = await api.post('/items/bulk', { mode: 'upsert', items: stored });
    expect([status, body.counts?.created]).toEqual([200, 150]);
    items = (await api.get('/items?limit=200')).body.data;
    expect(items).toHaveLength(150);
  });

  it('finds what an evaluator in memory finds, for filters and items of all kinds', async () => {
    let found = 0;
    await fc.assert(
      fc.asyncProperty(filterCase, async ({ text, holds }) => {
        const answer = await filtered(text);
        expect(answer.status, JSON.stringify(answer.body)).toBe(200);
        const expected = items.filter(holds).map((item) => item.id);
        expect(answer.body.data.map((row: Row) => row.id)).toEqual(expected);
        found += expected.length;
      }),
      { numRuns: 400 },
    );
    expect(found).toBeGreaterThan(1000);
  });

  it('never fails over what is stored, nor takes a number for a text', async () => {
    ({ api } = await aSpace(under.admin));
    await anItem(api, { properties: { title: 'odd', a: [1], b: { c: [1e308, 5e-324] } } });
    await anItem(api, { properties: { title: 'escaped', a: '\\ud800', n: 9 } });
    await anItem(api, { properties: { title: 'text', a: '12', n: '9' } });
    expect(await titles('properties.a gt 1 or properties.a contains "12"')).toEqual(['text']);
    expect(await titles('properties.a eq "\\\\ud800"')).toEqual(['escaped']);
    expect(await titles('properties.b ne null')).toEqual(['odd']);
    expect(await titles('properties.n gte 9')).toEqual(['escaped']);
    expect(await titles('properties.n gte "9"')).toEqual(['text']);
  });

  it('stands beside the other ways to narrow a list, within what may be read', async () => {
    ({ api } = await aSpace(under.admin));
    await anItem(api, { properties: { title: 'note', n: 1 }, tags: ['sea'] });
    await anItem(api, { type: 'core.task', properties: { title: 'task', n: 1 } });
    await anItem(api, { properties: { title: 'other', n: 2 }, tags: ['sea'] });
    expect(await titles('properties.n eq 1')).toEqual(['note', 'task']);
    expect(await titles('properties.n eq 1', '&type=core.task')).toEqual(['task']);
    expect(await titles('properties.n eq 1', '&tags=sea')).toEqual(['note']);
    expect(await titles('type eq "core.task" or properties.n gt 1')).toEqual(['other', 'task']);
    ({ api } = await aKey(api, { type_permissions: { 'core.task': 'read' } }));
    expect(await titles('properties.n eq 1')).toEqual(['task']);
    expect(await titles('type eq "core.note" or not (type eq "core.note")')).toEqual(['task']);
  });

  it('looks into rows of the platform when their type is asked for', async () => {
    const { api: space } = await aSpace(under.admin);
    const count = async (filter: string) =>
      (await space.get(`/items?type=system.credential&filter=${encodeURIComponent(filter)}`)).body.data.length;
    expect(await count('properties.kind eq "api_key"')).toBe(1);
    expect(await count('properties.kind eq "other"')).toBe(0);
    expect(await count('tier eq null')).toBe(1);
  });

  it.each([
    ['properties.a eq', 'column 16: expected a value'],
    ["properties.a eq 'x'; drop table items", 'column 17: expected double quotes'],
    ['a'.repeat(4001), 'at most 4000 characters'],
  ])('that says nothing is refused at its column', async (filter, message) => {
    const answer = await filtered(filter);
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
    expect(faultPaths(answer)).toEqual(['query $.filter']);
    expect(answer.body.error.details.issues[0].message).toBe(message);
  });
});

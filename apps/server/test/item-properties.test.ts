import { beforeAll, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { anItem, aSpace } from './support/spaces.ts';

/** A type with a field of the kind, the field, values that fit and values that do not. */
const KINDS: [kind: string, type: string, field: string, good: unknown[], bad: unknown[]][] = [
  ['text', 'core.note', 'title', ['', 'Mar', '🌊\n'], [5, true, ['a'], { a: 1 }]],
  ['a whole number', 'core.task', 'priority', [0, -3, 9007199254740991], ['1', 1.5, 9007199254740992, true]],
  ['a number', 'core.media', 'rating', [0, -0.5, 1e300], ['4', false, [1]]],
  ['a switch', 'core.event', 'all_day', [true, false], ['true', 0, 1]],
  ['a list of texts', 'core.message', 'to', [[], ['a', '']], ['a', { 0: 'a' }, ['a', 1]]],
  ['a list of objects', 'core.message', 'attachments', [[], [{ name: 'x' }]], [[1], ['a'], {}]],
  ['an object', 'core.message', 'headers', [{}, { a: [1] }], [[], 'a', 1]],
  ['a choice', 'core.note', 'format', ['plain', 'markdown'], ['PLAIN', '', 1, 'rtf']],
  [
    'a time',
    'core.task',
    'due_at',
    ['2026-03-01T09:30:00Z', '2026-03-01T09:30:00.123+02:00', '2024-02-29T00:00:00Z'],
    ['2026-03-01', '2026-03-01T09:30:00', '2025-02-29T00:00:00Z', 1772357400000, 'soon'],
  ],
  [
    'a web address',
    'core.bookmark',
    'image_url',
    ['https://example.test/a?b#c', 'http://127.0.0.1:8/'],
    ['example.test', 'javascript:alert(1)', 'ftp://example.test', '', 5],
  ],
  [
    'an e-mail address',
    'core.entity.person',
    'email',
    ['ada@example.org'],
    ['ada', 'ada@', '@example.org', 'a b@example.org'],
  ],
  ['a date', 'core.entity.person', 'birthday', ['1815-12-10'], ['1815-13-10', '10.12.1815', '2026-02-30']],
];

const REQUIRED: Record<string, Record<string, unknown>> = {
  'core.task': { title: 'Task' },
  'core.event': { title: 'Event' },
  'core.bookmark': { url: 'https://example.test' },
};

describeServer('The properties of an item', (under) => {
  let api: Api;
  beforeAll(async () => {
    ({ api } = await aSpace(under.admin));
  });

  const write = (type: string, properties: unknown) =>
    api.post('/items', { type, properties: { ...REQUIRED[type], ...(properties as object) } });

  describe.each(KINDS)('%s', (_kind, type, field, good, bad) => {
    it.each(good.map((value) => [JSON.stringify(value), value]))('may be %s', async (_text, value) => {
      const { status, body } = await write(type, { [field]: value });
      expect(status).toBe(201);
      expect((await api.get(`/items/${body.item.id}`)).body.item.properties[field]).toEqual(value);
    });

    it.each(bad.map((value) => [JSON.stringify(value), value]))('may not be %s', async (_text, value) => {
      const answer = await write(type, { [field]: value });
      expect(refusal(answer)).toEqual({ status: 400, code: 'invalid_properties' });
      expect(faultPaths(answer)[0]).toMatch(new RegExp(`^\\$\\.properties\\.${field}(\\[\\d\\])?$`));
    });

    it('may be null, which is the same as absent', async () => {
      const { status, body } = await write(type, { [field]: null });
      expect(status).toBe(201);
      expect(Object.keys(body.item.properties)).not.toContain(field);
    });
  });

  it.each(Object.entries(REQUIRED))('of a %s need what the type requires', async (type, required) => {
    const [field] = Object.keys(required);
    for (const properties of [{}, { [String(field)]: null }]) {
      const answer = await api.post('/items', { type, properties });
      expect(refusal(answer)).toEqual({ status: 400, code: 'invalid_properties' });
      expect(faultPaths(answer)).toEqual([`$.properties.${field}`]);
    }
  });

  it('of a subtype take the fields of its parent as well', async () => {
    expect((await write('core.file.image', { filename: 'a.png', width: 5 })).status).toBe(201);
    const answer = await write('core.file.image', { filename: 5, width: 'wide' });
    expect(faultPaths(answer)).toEqual(['$.properties.filename', '$.properties.width']);
  });

  it('are told wrong all at once', async () => {
    const answer = await write('core.task', { title: 1, due_at: 'x', priority: 'y', status: 'z' });
    expect(faultPaths(answer)).toEqual(['due_at', 'priority', 'status', 'title'].map((name) => `$.properties.${name}`));
  });

  it('that the type does not know are kept as they are', async () => {
    const properties = {
      tide: { high: ['03:10', '15:40'], low: null },
      'a key with spaces': 1.5,
      '': 'empty',
      ключ: 'значение',
      constructor: 'not a function',
      toString: 7,
      '\u2028': '\ud83d\ude00',
    };
    const { id } = await anItem(api, { properties });
    expect((await api.get(`/items/${id}`)).body.item.properties).toEqual(properties);
  });

  it('are judged again, as a whole, when they change', async () => {
    const { id } = await anItem(api, { type: 'core.task', properties: { title: 'Task', priority: 1 } });
    const answer = await api.patch(`/items/${id}`, { properties: { priority: 'high', status: 'done' } });
    expect(refusal(answer)).toEqual({ status: 400, code: 'invalid_properties' });
    expect(faultPaths(answer)).toEqual(['$.properties.priority', '$.properties.status']);
    expect((await api.get(`/items/${id}`)).body.item).toMatchObject({ version: 1, properties: { priority: 1 } });
  });
});

import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Answer, Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { anItem, aSpace } from './support/spaces.ts';

const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
const noteWith = (properties: string) => `{"type":"core.note","properties":${properties}}`;

/** What, the body as it goes over the wire, and the code of the refusal. */
const REFUSED: [what: string, body: string, code: string][] = [
  ['nothing', '', 'validation_error'],
  ['blanks', '   ', 'validation_error'],
  ['half an object', '{"type":"core.no', 'validation_error'],
  ['two objects', '{}{}', 'validation_error'],
  ['single quotes', "{'type':'core.note'}", 'validation_error'],
  ['a trailing comma', '{"type":"core.note",}', 'validation_error'],
  ['NaN', noteWith('{"a":NaN}'), 'validation_error'],
  ['null', 'null', 'validation_error'],
  ['true', 'true', 'validation_error'],
  ['a number', '42', 'validation_error'],
  ['text', '"core.note"', 'validation_error'],
  ['a list', '[{"type":"core.note"}]', 'validation_error'],
  ['an empty object', '{}', 'validation_error'],
  ['an unknown field', '{"type":"core.note","colour":"blue"}', 'validation_error'],
  ['a type that is a list', '{"type":["core.note"]}', 'validation_error'],
  ['properties that are a list', noteWith('[1,2]'), 'validation_error'],
  ['properties that are text', noteWith('"x"'), 'validation_error'],
  ['NUL in a value', noteWith('{"a":"x\\u0000y"}'), 'validation_error'],
  ['NUL in a key', noteWith('{"a\\u0000b":1}'), 'validation_error'],
  ['NUL deep inside', noteWith('{"a":[{"b":["\\u0000"]}]}'), 'validation_error'],
  ['NUL in a natural key', '{"type":"core.note","source_id":"a\\u0000b"}', 'validation_error'],
  ['NUL in a tag', '{"type":"core.note","tags":["a\\u0000b"]}', 'validation_error'],
  ['nesting to no end', noteWith(nested(5_000)), 'validation_error'],
  ['a list nested to no end', noteWith(`{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`), 'validation_error'],
  ['a number beyond all bounds', noteWith('{"a":1e400}'), 'validation_error'],
  ['half of a pair of surrogates in a natural key', '{"type":"core.note","source_id":"\\ud800"}', 'validation_error'],
  ['half of a pair of surrogates in a tag', '{"type":"core.note","tags":["\\udc00"]}', 'validation_error'],
  ['half of a pair of surrogates in a value', noteWith('{"a":"\\ud800"}'), 'validation_error'],
  ['half of a pair of surrogates in a key', noteWith('{"\\udc00":1}'), 'validation_error'],
  ['a key twice', noteWith('{"a":1,"a":2}'), 'validation_error'],
  ['a key twice in two spellings', noteWith('{"a":1,"\\u0061":2}'), 'validation_error'],
  ['a key called __proto__', noteWith('{"__proto__":{"polluted":true}}'), 'validation_error'],
  ['a latitude beyond the pole', '{"type":"core.note","capture_latitude":91}', 'validation_error'],
  ['a timestamp in the year 10000', '{"type":"core.note","timestamp":"+010000-01-01T00:00:00Z"}', 'validation_error'],
  [
    'more than 200 tags',
    JSON.stringify({ type: 'core.note', tags: Array.from({ length: 201 }, String) }),
    'validation_error',
  ],
  ['an endless natural key', JSON.stringify({ type: 'core.note', source_id: 'x'.repeat(1025) }), 'validation_error'],
];

/** What is odd and yet means something. */
const TAKEN: [what: string, body: string, properties: Record<string, unknown>][] = [
  ['a byte order mark', `\ufeff${noteWith('{"a":1}')}`, { a: 1 }],
  ['blanks around', ` \n\t${noteWith('{"a":1}')}\r\n`, { a: 1 }],
  ['escapes', noteWith('{"\\u0061":"\\ud83c\\udf0a"}'), { a: '🌊' }],
  ['a deep but sane value', noteWith(`{"a":${nested(30)}}`), { a: JSON.parse(nested(30)) }],
  ['numbers at the edges', noteWith('{"a":1e308,"b":-0.0,"c":5e-324,"d":1e-400}'), { a: 1e308, b: 0, c: 5e-324, d: 0 }],
  ['a text of half a megabyte', noteWith(`{"a":"${'é'.repeat(250_000)}"}`), { a: 'é'.repeat(250_000) }],
];

describeServer('Odd input', (under) => {
  let api: Api;
  let send: (body: string | Uint8Array, headers?: Record<string, string>, path?: string) => Promise<Answer>;
  beforeAll(async () => {
    const space = await aSpace(under.admin);
    api = space.api;
    send = async (body, headers = {}, path = '/items') => {
      const response = await fetch(`${under.server.url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${space.key}`, 'content-type': 'application/json', ...headers },
        body: body as BodyInit,
      });
      return { status: response.status, headers: response.headers, body: await response.json() };
    };
  });

  it.each(REFUSED)('is refused: %s', async (_what, body, code) => {
    const before = (await api.get('/items')).body;
    expect(refusal(await send(body))).toEqual({ status: 400, code });
    expect((await api.get('/items')).body).toEqual(before);
  });

  it.each(TAKEN)('is taken: %s', async (_what, body, properties) => {
    const answer = await send(body);
    expect(answer.status).toBe(201);
    const { item } = (await api.get(`/items/${answer.body.item.id}`)).body;
    expect(item.properties).toEqual(properties);
    await api.delete(`/items/${item.id}`);
  });

  it('is told whole: every fault with its place', async () => {
    const answer = await send(
      '{"type":"core.note","properties":{"a":1e999,"a":"\\u0000","b":[{"__proto__":1}],"c":"\\ud800"},"colour":1}',
    );
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
    expect(faultPaths(answer)).toEqual([
      '$.colour',
      '$.properties.a',
      '$.properties.a',
      '$.properties.b[0].__proto__',
      '$.properties.c',
    ]);
  });

  it('is told with at most a hundred faults', async () => {
    const answer = await send(noteWith(`[${'"\\u0000",'.repeat(500)}1]`));
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
    expect(faultPaths(answer)).toHaveLength(100);
  });

  describe('in its wrapping', () => {
    const good = noteWith('{"title":"Tides"}');

    it.each([
      ['no JSON', { 'content-type': 'text/plain' }],
      ['a form', { 'content-type': 'application/x-www-form-urlencoded' }],
      ['no type that exists', { 'content-type': 'nonsense' }],
      ['nothing', { 'content-type': '' }],
      ['another character set', { 'content-type': 'application/json; charset=utf-16' }],
      ['an unknown character set', { 'content-type': 'application/json; charset=klingon' }],
      ['an unknown encoding', { 'content-encoding': 'zebra' }],
      ['an encoding that it is not in', { 'content-encoding': 'gzip' }],
      ['another encoding that it is not in', { 'content-encoding': 'br' }],
    ])('is refused when it says that it is %s', async (_what, headers) => {
      expect(refusal(await send(good, headers))).toEqual({ status: 400, code: 'validation_error' });
    });

    it.each(['application/json; charset=UTF-8', 'application/merge-patch+json', 'Application/JSON;charset="utf-8"'])(
      'is taken as %s',
      async (type) => {
        const answer = await send(good, { 'content-type': type });
        expect(answer.status).toBe(201);
        await api.delete(`/items/${answer.body.item.id}`);
      },
    );

    it('is refused when it is not UTF-8', async () => {
      const answer = await send(Buffer.from('{"type":"core.note","properties":{"a":"\xe9"}}', 'latin1'));
      expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
      expect(answer.body.error.details.issues).toEqual([{ path: '$', message: 'expected UTF-8' }]);
    });

    it('is refused when its compressed bytes end early', async () => {
      const whole = gzipSync(good);
      const answer = await send(whole.subarray(0, whole.length - 10), { 'content-encoding': 'gzip' });
      expect(refusal(answer).status).toBe(400);
    });

    it('is taken compressed, within the same limit', async () => {
      const answer = await send(gzipSync(good), { 'content-encoding': 'gzip' });
      expect(answer.status).toBe(201);
      await api.delete(`/items/${answer.body.item.id}`);
      const bomb = gzipSync(noteWith(`{"a":"${'x'.repeat(50_000_000)}"}`));
      expect(refusal(await send(bomb, { 'content-encoding': 'gzip' }))).toEqual({
        status: 413,
        code: 'payload_too_large',
      });
    });

    it('is refused beyond 1 MB, and for bulk writes beyond 16 MB', async () => {
      const big = noteWith(`{"a":"${'x'.repeat(2_000_000)}"}`);
      expect(refusal(await send(big))).toEqual({ status: 413, code: 'payload_too_large' });
      const bulk = await send(`{"mode":"upsert","items":[${big}]}`, {}, '/items/bulk');
      expect(bulk.status).toBe(200);
      await api.delete(`/items/${bulk.body.results[0].id}`);
      const huge = `{"mode":"upsert","items":["${'x'.repeat(17_000_000)}"]}`;
      expect(refusal(await send(huge, {}, '/items/bulk'))).toEqual({ status: 413, code: 'payload_too_large' });
    });
  });

  it.each([
    ['/items/%ZZ', 400],
    ['/items/%00', 400],
    ['/items/%E0%A4%A', 400],
    ['/items/..%2Fkeys', 400],
    ['/items?tags=%00', 400],
    ['/items?tags=%ff', 400],
    ['/items?tags=%ZZ', 400],
    ['/items?__proto__=1', 400],
    [`/items?source=${'x'.repeat(300)}`, 400],
    ['/types/%00', 400],
    [`/types/${'x'.repeat(300)}`, 400],
    ['/types/constructor', 404],
    ['/types/__proto__', 404],
  ])('in an address is refused: %s', async (path, status) => {
    expect(refusal(await api.get(path)).status).toBe(status);
  });

  it('is told of on a page where a page would have been, and in the envelope everywhere else', async () => {
    const open = async (path: string) => {
      const response = await fetch(`${under.server.url}${path}?__proto__=1`, { headers: { accept: 'text/html' } });
      return `${response.status} ${response.headers.get('content-type')}`;
    };
    expect(await open('/auth/sign-in')).toMatch(/^400 text\/html/);
    expect(await open('/nowhere')).toMatch(/^404 application\/json/);
  });

  it('leaves the server as it was', async () => {
    const { id } = await anItem(api, { properties: { title: 'After all that' } });
    expect((await api.get(`/items/${id}`)).status).toBe(200);
    expect((await api.get('/health')).body).toEqual({ status: 'ok' });
  });
});

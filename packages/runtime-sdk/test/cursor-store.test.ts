import { createCursorStore, MAX_CURSOR_BYTES, MarfaError, RunEndedError } from '@withmarfa/runtime-sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const { signal } = new AbortController();

describe('the cursor of a run', () => {
  it('reads null at first, then what was there at the start', async () => {
    const { cursor, changes } = createCursorStore({ main: { etag: '"1"' } }, { signal });
    expect(await cursor.read('other')).toBeNull();
    expect(await cursor.read('main')).toEqual({ etag: '"1"' });
    expect(changes()).toEqual({ cursor_set: {}, cursor_cleared: [] });
  });

  it('reads what was written during the run, and hands only changes over', async () => {
    const { cursor, changes } = createCursorStore({ a: 1, b: 2, c: 3 }, { signal });
    await cursor.write('a', [1, { two: null }]);
    await cursor.clear('b');
    await cursor.write('d', 'text');
    expect([await cursor.read('a'), await cursor.read('b'), await cursor.read('d')]).toEqual([
      [1, { two: null }],
      null,
      'text',
    ]);
    expect(changes()).toEqual({ cursor_set: { a: [1, { two: null }], d: 'text' }, cursor_cleared: ['b'] });
  });

  it('forgets a key that was written and cleared, or cleared without being there', async () => {
    const { cursor, changes } = createCursorStore({ a: 1 }, { signal });
    await cursor.write('b', 1);
    await cursor.clear('b');
    await cursor.clear('never');
    await cursor.clear('a');
    await cursor.write('a', 2);
    expect(changes()).toEqual({ cursor_set: { a: 2 }, cursor_cleared: [] });
  });

  it('does not change with a value that was read or written', async () => {
    const { cursor, changes } = createCursorStore({ a: { list: [1] } }, { signal });
    const read = await cursor.read<{ list: number[] }>('a');
    read?.list.push(2);
    expect(await cursor.read('a')).toEqual({ list: [1] });
    const written = { list: [1] };
    await cursor.write('b', written);
    written.list.push(2);
    expect(changes().cursor_set).toEqual({ b: { list: [1] } });
  });

  it('behaves like a plain map, whatever is done in whatever order', async () => {
    const key = fc.constantFrom('a', 'b', 'c');
    const step = fc.oneof(
      fc.record({ do: fc.constant('write' as const), key, value: fc.jsonValue({ maxDepth: 2 }) }),
      fc.record({ do: fc.constant('clear' as const), key }),
    );
    const start = fc.dictionary(key, fc.jsonValue({ maxDepth: 1 }), { noNullPrototype: true });
    await fc.assert(
      fc.asyncProperty(start, fc.array(step), async (initial, steps) => {
        const { cursor, changes } = createCursorStore(initial, { signal });
        const model = new Map(Object.entries(JSON.parse(JSON.stringify(initial)) as Record<string, unknown>));
        for (const taken of steps) {
          if (taken.do === 'clear') {
            await cursor.clear(taken.key);
            model.delete(taken.key);
          } else {
            await cursor.write(taken.key, taken.value);
            model.set(taken.key, JSON.parse(JSON.stringify(taken.value)));
          }
          expect(await cursor.read(taken.key)).toEqual(model.get(taken.key) ?? null);
        }
        const { cursor_set, cursor_cleared } = changes();
        const after = { ...(JSON.parse(JSON.stringify(initial)) as object), ...cursor_set } as Record<string, unknown>;
        for (const cleared of cursor_cleared) delete after[cleared];
        expect(after).toEqual(Object.fromEntries(model));
      }),
    );
  });

  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  const deep = JSON.parse(`${'['.repeat(200)}${']'.repeat(200)}`) as unknown;

  it.for<[string, unknown, string, string]>([
    ['undefined', undefined, '$', 'undefined'],
    ['a date', { at: new Date(0) }, '$.at', 'a Date'],
    ['a map', new Map(), '$', 'a Map'],
    ['a set in a list', [new Set()], '$[0]', 'a Set'],
    ['bytes', new Uint8Array(2), '$', 'a Uint8Array'],
    ['NaN', { n: Number.NaN }, '$.n', 'NaN'],
    ['a bigint', { n: 1n }, '$.n', 'a bigint'],
    ['a function', { f: () => 1 }, '$.f', 'a function'],
    ['a hole', [undefined], '$[0]', 'undefined'],
    ['a cycle', cycle, '$.self', 'part of itself'],
    ['a well', deep, `$${'[0]'.repeat(100)}`, 'nested more than 100 deep'],
  ])('refuses %s and says where it is', async ([, value, path, found]) => {
    const { cursor, changes } = createCursorStore({}, { signal });
    const fault = await cursor.write('main', value).catch((error: unknown) => error);
    expect(MarfaError.is(fault, 'validation_error') && fault.message).toContain(
      `The cursor value "main" is not plain JSON: ${path} is ${found}.`,
    );
    expect(changes().cursor_set).toEqual({});
  });

  it('takes members that are undefined as absent, and one object in two places', async () => {
    const { cursor } = createCursorStore({}, { signal });
    const shared = { a: 1 };
    await cursor.write('main', { etag: undefined, first: shared, second: shared });
    expect(await cursor.read('main')).toEqual({ first: shared, second: shared });
  });

  it('holds one megabyte in all, and says how much it would be', async () => {
    const { cursor, changes } = createCursorStore({ old: 'x'.repeat(600_000) }, { signal });
    const fault = await cursor.write('new', 'é'.repeat(300_000)).catch((error: unknown) => error);
    expect(MarfaError.is(fault, 'payload_too_large') && fault.details).toEqual({
      key: 'new',
      bytes: 600_000 + 2 + 3 + 600_000 + 2 + 3,
      limit: MAX_CURSOR_BYTES,
    });
    expect(changes().cursor_set).toEqual({});
    await cursor.clear('old');
    await cursor.write('new', 'é'.repeat(300_000));
    await cursor.write('new', 'x'.repeat(MAX_CURSOR_BYTES - 5));
    await expect(cursor.write('new', 'x'.repeat(MAX_CURSOR_BYTES - 4))).rejects.toThrow('at most 1048576 are kept');
  });

  it.for(['', 'x'.repeat(201), '__proto__'])('refuses the key %j', async (key) => {
    await expect(createCursorStore({}, { signal }).cursor.write(key, 1)).rejects.toThrow('1 to 200 characters');
  });

  it('refuses every use once the run is over', async () => {
    const ending = new AbortController();
    const { cursor, changes } = createCursorStore({ a: 1 }, { signal: ending.signal });
    await cursor.write('a', 2);
    ending.abort(new RunEndedError('over'));
    await expect(cursor.read('a')).rejects.toSatisfy(RunEndedError.is);
    await expect(cursor.write('a', 3)).rejects.toSatisfy(RunEndedError.is);
    await expect(cursor.clear('a')).rejects.toSatisfy(RunEndedError.is);
    expect(changes().cursor_set).toEqual({ a: 2 });
  });
});

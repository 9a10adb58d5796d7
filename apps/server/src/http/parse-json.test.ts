import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from './parse-json.ts';

/** Any JSON that this server can keep; keys and texts are of all characters there are. */
const text = fc.string({ unit: 'binary' }).filter((value) => !value.includes('\0'));
const key = text.filter((name) => name !== '__proto__');
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => (number === 0 ? 0 : number)),
    text,
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5, noNullPrototype: true }),
  ),
})).value;

describe('strict JSON', () => {
  it('takes every JSON that can be kept, however it is laid out', () => {
    fc.assert(
      fc.property(json, fc.constantFrom('', ' ', '\t', '\n  '), (value, indent) => {
        expect(parseJson(JSON.stringify(value, null, indent))).toEqual({ value, issues: [] });
      }),
      { numRuns: 500 },
    );
  });

  it('finds a key that stands twice, in whichever spelling and wherever', () => {
    const escaped = (name: string) =>
      `"${[...name]
        .flatMap((sign) => sign.split(''))
        .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join('')}"`;
    fc.assert(
      fc.property(key, json, json, (name, one, two) => {
        const twice = `[{"before":${JSON.stringify(one)},${JSON.stringify(name)}:1,${escaped(name)}:${JSON.stringify(two)}}]`;
        const { issues } = parseJson(twice);
        const expected = name === 'before' ? 2 : 1;
        expect(issues).toHaveLength(expected);
        expect(issues[0]?.message).toBe('the key stands more than once');
        expect(issues[0]?.path.startsWith('$[0]')).toBe(true);
      }),
    );
  });

  it.each([
    ['{"a":"\\u0000"}', '$.a'],
    ['{"a\\u0000":1}', "$['a\0']"],
    ['{"a":["\\ud800"]}', '$.a[0]'],
    ['{"a":{"\\udfff":1}}', "$.a['\udfff']"],
    ['[-1e999]', '$[0]'],
    ['{"a":{"__proto__":1}}', '$.a.__proto__'],
    ['{"a":1,"b":{"c":1,"c":2}}', '$.b.c'],
    ['{"a":":","a":"\\\\\\":"}', '$.a'],
  ])('names the place of the fault in %s', (body, path) => {
    expect(parseJson(body).issues.map((issue) => issue.path)).toEqual([path]);
  });

  it('takes 64 levels and refuses 65', () => {
    const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
    expect(parseJson(nested(64)).issues).toEqual([]);
    expect(() => parseJson(nested(65))).toThrow('nested too deep');
    expect(() => parseJson(nested(100_000))).toThrow('nested too deep');
  });

  it('says where a text stops being JSON', () => {
    expect(() => parseJson('{"a":1,\n}')).toThrow(
      expect.objectContaining({ details: { issues: [{ path: '$', message: expect.stringContaining('line 2') }] } }),
    );
  });
});

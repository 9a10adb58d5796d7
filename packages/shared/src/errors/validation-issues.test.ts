import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toIssues, toJsonPath } from './validation-issues.ts';

describe('a JSONPath', () => {
  it.each([
    ['the whole', [], '$'],
    ['a member', ['name'], '$.name'],
    ['an element', ['triggers', 0, 'config'], '$.triggers[0].config'],
    ['a name with a dot', ['permissions', 'a.b'], "$.permissions['a.b']"],
    ['a name with a quote', ["it's"], "$['it\\'s']"],
    ['a name with a backslash', ['a\\b'], "$['a\\\\b']"],
    ['an empty name', [''], "$['']"],
    ['a name that looks like a number', ['7'], "$['7']"],
  ])('names %s', (_what, path, expected) => {
    expect(toJsonPath(path)).toBe(expected);
  });
});

describe('the issues of a refusal', () => {
  const issuesOf = (schema: z.ZodType, value: unknown) => toIssues(schema.safeParse(value).error ?? new z.ZodError([]));

  it('tell each unknown key by itself', () => {
    expect(issuesOf(z.strictObject({}), { a: 1, b: 2 })).toEqual([
      { path: '$.a', message: 'unknown key; remove it' },
      { path: '$.b', message: 'unknown key; remove it' },
    ]);
  });

  it('tell what is wrong with a key of a map', () => {
    const schema = z.record(z.string().regex(/^[a-z]+$/, 'expected lower case'), z.number());
    expect(issuesOf(schema, { BAD: 1, fine: 2 })).toEqual([{ path: '$.BAD', message: 'expected lower case' }]);
  });

  it('of a union are those of the branch that comes closest', () => {
    const schema = z.union([
      z.strictObject({ kind: z.literal('a'), size: z.number(), colour: z.string() }),
      z.strictObject({ kind: z.literal('b'), size: z.number('expected a number') }),
    ]);
    expect(issuesOf(schema, { kind: 'b', size: 'large' })).toEqual([{ path: '$.size', message: 'expected a number' }]);
  });

  it('reach into nested unions and lists', () => {
    const schema = z.object({ rows: z.array(z.union([z.number('expected a number'), z.null()])) });
    expect(issuesOf(schema, { rows: [1, 'x'] })[0]?.path).toBe('$.rows[1]');
  });
});

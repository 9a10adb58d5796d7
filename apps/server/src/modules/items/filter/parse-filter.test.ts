import { MarfaError } from '@withmarfa/shared';
import { describe, expect, it } from 'vitest';
import { MAX_FILTER_CONDITIONS, MAX_FILTER_DEPTH, MAX_FILTER_VALUES, parseFilter } from './parse-filter.ts';

const parse = (text: string) => parseFilter(text, 'query $.filter');
const is = (name: string, value: unknown) => ({ kind: 'is', field: { kind: 'property', path: [name] }, value });
const eq = (name: string) => `properties.${name} eq 1`;

function faultsOf(text: string): string[] {
  try {
    parse(text);
    return [];
  } catch (error) {
    if (!MarfaError.is(error, 'validation_error')) throw error;
    const { issues } = error.details as { issues: { path: string; message: string }[] };
    expect(issues.every((issue) => issue.path === 'query $.filter')).toBe(true);
    return issues.map((issue) => issue.message);
  }
}

describe('a filter', () => {
  it('binds `and` tighter than `or`, and parentheses tighter than both', () => {
    expect(parse(`${eq('a')} or ${eq('b')} and ${eq('c')}`)).toEqual({
      kind: 'or',
      parts: [is('a', 1), { kind: 'and', parts: [is('b', 1), is('c', 1)] }],
    });
    expect(parse(`(${eq('a')} or ${eq('b')}) and ${eq('c')}`)).toEqual({
      kind: 'and',
      parts: [{ kind: 'or', parts: [is('a', 1), is('b', 1)] }, is('c', 1)],
    });
  });

  it('negates what follows `not`', () => {
    expect(parse(`not ${eq('a')} and ${eq('b')}`)).toEqual({
      kind: 'and',
      parts: [{ kind: 'not', part: is('a', 1) }, is('b', 1)],
    });
    expect(parse(`not not (${eq('a')})`)).toEqual(is('a', 1));
    expect(parse('properties.a ne 1')).toEqual({ kind: 'not', part: is('a', 1) });
  });

  it.each([
    ['"a \\"b\\" \\u00e9"', 'a "b" é'],
    ['-1.5e3', -1500],
    ['0', 0],
    ['true', true],
    ['false', false],
    ['null', null],
    ['""', ''],
  ])('takes the value %s', (text, value) => {
    expect(parse(`properties.a eq ${text}`)).toEqual(is('a', value));
  });

  it.each(['in ("x", 1)', 'in ["x",1]', 'in("x" ,1)'])('takes a list as in `%s`', (text) => {
    expect(parse(`properties.a ${text}`)).toEqual({ kind: 'or', parts: [is('a', 'x'), is('a', 1)] });
  });

  it('names properties by a path; odd names, and none of the words of the grammar, stand in quotes', () => {
    expect(parse('properties.a.in.eq."odd \\"name\\"".order eq 1')).toMatchObject({
      field: { path: ['a', 'in', 'eq', 'odd "name"', 'order'] },
    });
  });

  it('reads times of the item in any offset', () => {
    expect(parse('created_at gte "2026-03-01T10:00:00+01:00"')).toMatchObject({ value: '2026-03-01T09:00:00.000Z' });
  });

  it.each([
    ['properties.a eq', 16, 'expected a value'],
    ['properties.a eq eq', 17, 'expected a value'],
    ['properties.a equals 1', 14, 'expected eq, ne, gt, gte, lt, lte, contains or in'],
    ['properties.a', 13, 'expected eq, ne, gt, gte, lt, lte, contains or in'],
    ['properties. eq 1', 16, 'expected eq, ne, gt, gte, lt, lte, contains or in'],
    ['properties.a. eq 1', 18, 'expected eq, ne, gt, gte, lt, lte, contains or in'],
    ['properties..a eq 1', 12, 'expected a property name'],
    ['(properties.a eq 1', 19, 'expected ")"'],
    ['properties.a eq 1)', 18, 'expected "and", "or" or the end'],
    ['properties.a eq 1 properties.b eq 2', 19, 'expected "and", "or" or the end'],
    ['properties.a eq 1 and', 22, 'expected a field, "not" or "("'],
    ['and properties.a eq 1', 4 + 1, 'expected eq, ne, gt, gte, lt, lte, contains or in'],
    ['properties.a in ()', 18, 'expected a value'],
    ['properties.a in "x"', 17, 'expected "(" or "["'],
    ['properties.a in (1', 19, 'expected ")"'],
    ['properties.a eq "x', 17, 'expected a text in double quotes, with the escapes of JSON'],
    ['properties.a eq "\\x"', 17, 'expected a text in double quotes, with the escapes of JSON'],
    ["properties.a eq 'x'", 17, 'expected double quotes'],
    ['properties.a = 1', 14, 'expected a field, an operator, a value or a parenthesis'],
    ['properties.a eq 01', 18, 'expected "and", "or" or the end'],
    [' ', 1, 'expected a field, "not" or "("'],
    ['properties.a gt true', 17, 'gt compares with a number or a text'],
    ['properties.a lt null', 17, 'lt compares with a number or a text'],
    ['properties.a contains null', 23, 'contains takes a text, a number, true or false'],
    ['version eq "1"', 12, 'version is a number'],
    ['version contains 1', 18, 'version is a number; contains looks into texts and lists'],
    ['type eq 1', 9, 'type is a text'],
    ['created_at gt "yesterday"', 15, 'expected a time such as "2026-03-01T09:30:00Z"'],
    ['properties eq 1', 1, 'expected the name of a property: properties.<name>'],
    ['properties.a eq 1e400', 17, 'the number is beyond all bounds'],
    ['properties.a eq "\\u0000"', 17, 'expected well-formed Unicode without NUL'],
    ['properties.a eq "\\ud800"', 17, 'expected well-formed Unicode without NUL'],
  ])('`%s` is refused at column %i', (text, column, message) => {
    expect(faultsOf(text)).toEqual([`column ${column}: ${message}`]);
  });

  it('tells every fault of meaning at once', () => {
    const faults = faultsOf('colour eq 1 and version eq "1" or tier gt null');
    expect(faults.map((fault) => fault.slice(0, fault.indexOf(':')))).toEqual(['column 1', 'column 28', 'column 43']);
  });

  it('has bounds, and no text exhausts the stack', () => {
    const many = (count: number) => Array.from({ length: count }, () => eq('a')).join(' or ');
    expect(faultsOf(many(MAX_FILTER_CONDITIONS))).toEqual([]);
    expect(faultsOf(many(MAX_FILTER_CONDITIONS + 1))).toEqual(['column 1: at most 50 conditions']);
    const deep = (depth: number) => `${'('.repeat(depth)}${eq('a')}${')'.repeat(depth)}`;
    expect(faultsOf(deep(MAX_FILTER_DEPTH))).toEqual([]);
    expect(faultsOf(deep(MAX_FILTER_DEPTH + 1))).toEqual(['column 21: at most 20 levels of parentheses']);
    expect(faultsOf(deep(100_000))).toHaveLength(1);
    expect(faultsOf(`${'not '.repeat(1000)}${eq('a')}`)).toEqual([]);
    expect(faultsOf(`properties${'.a'.repeat(21)} eq 1`)).toHaveLength(1);
    const list = Array.from({ length: MAX_FILTER_VALUES + 1 }, (_, index) => index).join(',');
    expect(faultsOf(`properties.a in (${list})`)).toEqual(['column 1: at most 200 values']);
  });
});

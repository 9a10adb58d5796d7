import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firstTextMember, lastTextMember } from '../../src/json-members.ts';
import { bytes } from '../support/a-delivery.ts';

const WAYS = [
  ['from its start', firstTextMember],
  ['from its end', lastTextMember],
] as const;

describe.each(WAYS)('a text among the members of a JSON body, sought %s', (_way, find) => {
  const idIn = (text: string) => find(bytes(text), 'id');

  it('is what a parser finds there, in any object that names a member once', () => {
    const object = fc.dictionary(fc.oneof(fc.constant('id'), fc.constant('__proto__'), fc.string()), fc.jsonValue());
    fc.assert(
      fc.property(object, fc.constantFrom(undefined, 2, '\t'), (given, indent) => {
        const text = JSON.stringify(given, null, indent);
        const own: unknown = Object.hasOwn(given, 'id') ? JSON.parse(text).id : null;
        expect(idIn(text)).toBe(typeof own === 'string' ? own : null);
      }),
      { seed: 7, numRuns: 300 },
    );
  });

  it('never makes it throw, whatever the body is', () => {
    const signs = fc.string({ unit: fc.constantFrom(...'{}[]",:\\ id'), maxLength: 40 });
    fc.assert(
      fc.property(fc.oneof(signs, fc.string()), (text) => {
        const found = idIn(text);
        expect(found === null || typeof found === 'string').toBe(true);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });

  it.each([
    ['behind nested ones', '{"a":{"id":"no","b":[{"id":"no"},"}"]},"id":"yes"}', 'yes'],
    ['before nested ones', '{"id":"yes","a":{"id":"no","b":[{"id":"no"},"{\\"","["]}}', 'yes'],
    ['behind escaped quotes', '{"a":"\\"","b\\\\":"\\\\\\",\\"id\\":\\"no","id":"yes"}', 'yes'],
    ['before escaped quotes', '{"id":"yes","a":"\\"","b\\\\":"\\\\\\",\\"id\\":\\"no"}', 'yes'],
    ['among numbers and words', '{"a":-1.5e+3,"b":true,"id":"yes","c":null,"d":0}', 'yes'],
    ['among spaces', ' \r\n\t{ "a" : [ ] , "id" \n:\t"yes" , "b" : 1 } \n', 'yes'],
    ['with escapes of its own', '{"id":"\\u0079es\\n"}', 'yes\n'],
    ['with signs beyond ASCII', '{"id":"à ✓"}', 'à ✓'],
    ['empty', '{"id":""}', ''],
  ])('is found %s', (_where, text, found) => {
    expect(idIn(text)).toBe(found);
  });

  it.each([
    '',
    '{',
    '{}',
    '{ }',
    '}',
    '{"id"',
    '{"id"}',
    '{"id":',
    '{"id":}',
    '{"id":"',
    '{"id":"\\"',
    '{"id":"\\x"}',
    '{"id":"line\nbreak"}',
    '{"id" "yes"}',
    '{"id":7}',
    '{"id":["no"]}',
    '{"a":{"id":"no"}}',
    '{"\\u0069d":"no"}',
    '["id","no"]',
    '\ufeff{"id":"no"}',
  ])('is not found in %s', (text) => {
    expect(idIn(text)).toBeNull();
  });
});

it('is sought no further than it is found: what stands behind may be anything', () => {
  expect(firstTextMember(bytes('{"id":"yes", oops'), 'id')).toBe('yes');
  expect(lastTextMember(bytes('{oops, "id":"yes"}'), 'id')).toBe('yes');
  expect(firstTextMember(bytes('{"id":"one","id":"two"}'), 'id')).toBe('one');
  expect(lastTextMember(bytes('{"id":"one","id":"two"}'), 'id')).toBe('two');
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findTopLevelText } from '../../src/find-top-level-text.ts';
import { bytes } from '../support/a-delivery.ts';

const idIn = (text: string) => findTopLevelText(bytes(text), 'id');

describe('a text among the members of a JSON body', () => {
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

  it.each([
    ['behind nested ones', '{"a":{"id":"no","b":[{"id":"no"},"}"]},"id":"yes"}', 'yes'],
    ['behind escaped quotes', '{"a":"\\"","b\\\\":"\\\\\\",\\"id\\":\\"no","id":"yes"}', 'yes'],
    ['among spaces', ' \r\n\t{ "id" \n:\t"yes" }', 'yes'],
    ['with escapes of its own', '{"id":"\\u0079es\\n"}', 'yes\n'],
    ['before what is no JSON any more', '{"id":"yes", oops', 'yes'],
  ])('is found %s', (_where, text, found) => {
    expect(idIn(text)).toBe(found);
  });

  it.each([
    '',
    '{',
    '{}',
    '{"id"',
    '{"id":',
    '{"id":"',
    '{"id":"\\"',
    '{"id":"\\x"}',
    '{"id":"line\nbreak"}',
    '{"id" "yes"}',
    '{"a":1 "id":"no"}',
    '{"a":[,"id":"no"}',
    '{a:1,"id":"no"}',
    '["id","no"]',
    '\ufeff{"id":"no"}',
  ])('is not found in %s', (text) => {
    expect(idIn(text)).toBeNull();
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DottedNameSchema,
  isSystemType,
  isTypeIdentifier,
  MAX_TYPE_IDENTIFIER_LENGTH,
  NamePatternSchema,
  PublisherIdentifierSchema,
  prefixesOf,
  RESERVED_ROOTS,
  rootOf,
  TargetTypeSchema,
  TypeIdentifierSchema,
} from './type-identifier.ts';

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

const segment = fc.stringMatching(/^[a-z][a-z0-9_-]{0,8}$/);

describe('a type identifier', () => {
  it.each([
    'core.note',
    'core.entity.person',
    'google.calendar.event',
    'app.reader.clip',
    'user.recipe',
    'acme.calendar-sync',
    'withmarfa.captured_email',
    'a.b',
    'a1.b2-c_d',
  ])('accepts %s', (identifier) => {
    expect(accepts(TypeIdentifierSchema, identifier)).toBe(true);
    expect(isTypeIdentifier(identifier)).toBe(true);
  });

  it.each([
    ['one segment', 'core'],
    ['nothing', ''],
    ['an upper-case letter', 'core.Note'],
    ['a leading dot', '.core.note'],
    ['a trailing dot', 'core.note.'],
    ['an empty segment', 'core..note'],
    ['a slash', 'core/note'],
    ['a space', 'core.no te'],
    ['a segment that starts with a digit', 'core.1note'],
    ['a segment that starts with a hyphen', 'core.-note'],
    ['a segment that starts with an underscore', 'core._note'],
    ['a wildcard', 'core.*'],
    ['a letter outside ASCII', 'core.notiz\u00e9'],
    ['a look-alike letter', 'c\u043ere.note'],
    ['a line break at the end', 'core.note\n'],
    ['a NUL', 'core.note\0'],
  ])('refuses %s', (_what, identifier) => {
    expect(accepts(TypeIdentifierSchema, identifier)).toBe(false);
    expect(isTypeIdentifier(identifier)).toBe(false);
  });

  it('may be 200 characters long and no longer', () => {
    const longest = `core.${'a'.repeat(MAX_TYPE_IDENTIFIER_LENGTH - 5)}`;
    expect(longest).toHaveLength(200);
    expect(accepts(TypeIdentifierSchema, longest)).toBe(true);
    expect(accepts(TypeIdentifierSchema, `${longest}a`)).toBe(false);
    expect(isTypeIdentifier(`${longest}a`)).toBe(false);
  });

  it('judges a hostile identifier of a million characters at once', () => {
    expect(isTypeIdentifier(`a.${'a-'.repeat(500_000)}!`)).toBe(false);
    expect(accepts(TypeIdentifierSchema, `a.${'a.'.repeat(500_000)}`)).toBe(false);
  });

  it('is whatever two or more segments make when joined by dots', () => {
    fc.assert(
      fc.property(fc.array(segment, { minLength: 2, maxLength: 6 }), (segments) => {
        expect(isTypeIdentifier(segments.join('.'))).toBe(true);
      }),
    );
  });
});

describe('a publisher identifier', () => {
  it.each(RESERVED_ROOTS.map((root) => [root]))('cannot be claimed under the reserved root %s', (root) => {
    expect(accepts(PublisherIdentifierSchema, `${root}.thing`)).toBe(false);
  });

  it('may merely begin like a reserved root', () => {
    expect(accepts(PublisherIdentifierSchema, 'coreutils.thing')).toBe(true);
    expect(accepts(PublisherIdentifierSchema, 'app-store.thing')).toBe(true);
    expect(accepts(PublisherIdentifierSchema, 'acme.core')).toBe(true);
  });
});

describe('a target type', () => {
  it('may be a core, publisher, app or user type', () => {
    for (const type of ['core.bookmark', 'google.calendar.event', 'app.reader.clip', 'user.recipe'])
      expect(accepts(TargetTypeSchema, type)).toBe(true);
  });

  it('is never one of the platform’s own rows', () => {
    expect(accepts(TargetTypeSchema, 'system.credential')).toBe(false);
    expect(accepts(TargetTypeSchema, 'systems.credential')).toBe(true);
  });
});

describe('a permission pattern', () => {
  it.each(['*', 'core.*', 'core.media.*', 'core.note', 'parent-of', 'connection.runtime'])('accepts %s', (pattern) => {
    expect(accepts(NamePatternSchema, pattern)).toBe(true);
  });

  it.each(['', '**', '*.note', 'core.*.film', 'core*', 'core.', '.*', 'core.**', 'Core.*', 'core.note:read'])(
    'refuses %j',
    (pattern) => {
      expect(accepts(NamePatternSchema, pattern)).toBe(false);
    },
  );
});

describe('a name without wildcards', () => {
  it('may be one segment, as edge types are', () => {
    expect(accepts(DottedNameSchema, 'parent-of')).toBe(true);
    expect(accepts(DottedNameSchema, 'connection.runtime')).toBe(true);
    expect(accepts(DottedNameSchema, '*')).toBe(false);
    expect(accepts(DottedNameSchema, 'core.*')).toBe(false);
  });
});

describe('the parts of a name', () => {
  it('has the first segment as its root', () => {
    expect(rootOf('core.media.film')).toBe('core');
    expect(rootOf('about')).toBe('about');
  });

  it('lists its proper prefixes, the longest first', () => {
    expect(prefixesOf('core.media.film')).toEqual(['core.media', 'core']);
    expect(prefixesOf('about')).toEqual([]);
  });

  it('is a system type by its whole first segment', () => {
    expect(isSystemType('system.activity')).toBe(true);
    expect(isSystemType('systemic.activity')).toBe(false);
    expect(isSystemType('acme.system')).toBe(false);
  });
});

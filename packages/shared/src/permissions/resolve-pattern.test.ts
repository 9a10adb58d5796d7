import { describe, expect, it } from 'vitest';
import { matchesPattern, resolveNamed, resolvePattern } from './resolve-pattern.ts';

describe('a pattern', () => {
  it.each([
    ['*', 'core.note', true],
    ['core.note', 'core.note', true],
    ['core.note', 'core.note.draft', false],
    ['core.note', 'core.notes', false],
    ['core.media.*', 'core.media', true],
    ['core.media.*', 'core.media.film', true],
    ['core.media.*', 'core.media.film.short', true],
    ['core.media.*', 'core.mediator', false],
    ['core.*', 'core', true],
    ['core.*', 'coreutils.thing', false],
    ['core.media.film', 'core.media', false],
  ])('%s against %s: %s', (pattern, name, expected) => {
    expect(matchesPattern(pattern, name)).toBe(expected);
  });
});

describe('resolving a name against a map', () => {
  it.each([
    ['the exact name over x.*', { 'a.b': 'exact', 'a.b.*': 'below', 'a.*': 'above', '*': 'all' }, 'exact'],
    ['x.*, which covers x itself, over a shorter prefix', { 'a.b.*': 'below', 'a.*': 'above', '*': 'all' }, 'below'],
    ['a prefix over *', { 'a.*': 'above', '*': 'all' }, 'above'],
    ['* over nothing', { '*': 'all' }, 'all'],
    ['nothing when nothing matches', { 'b.*': 'other', 'a.b.c': 'child' }, undefined],
  ])('takes %s', (_what, map: Record<string, string>, expected) => {
    expect(resolvePattern(map, 'a.b')).toBe(expected);
  });

  it('does not depend on the order of the keys', () => {
    expect(resolvePattern({ '*': 1, 'a.*': 2, 'a.b.*': 3 }, 'a.b.c')).toBe(3);
    expect(resolvePattern({ 'a.b.*': 3, 'a.*': 2, '*': 1 }, 'a.b.c')).toBe(3);
  });

  it('can leave * out', () => {
    expect(resolveNamed({ '*': 'all' }, 'a.b')).toBeUndefined();
    expect(resolveNamed({ '*': 'all', 'a.*': 'above' }, 'a.b')).toBe('above');
  });

  it('never finds what every object inherits', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty'])
      expect(resolvePattern({}, name)).toBeUndefined();
  });
});

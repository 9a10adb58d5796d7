import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareSemver, parseSemver, SemverSchema, withoutBuild } from './semver.ts';

const VALID = [
  '0.0.0',
  '0.0.4',
  '1.2.3',
  '10.20.30',
  '1.1.2-prerelease+meta',
  '1.1.2+meta',
  '1.1.2+meta-valid',
  '1.0.0-alpha',
  '1.0.0-alpha.beta.1',
  '1.0.0-alpha0.valid',
  '1.0.0-0A.is.legal',
  '1.0.0-rc.1+build.123',
  '1.2.3----RC-SNAPSHOT.12.9.1--.12',
  '1.2.3----R-S.12.9.1--.12+meta',
  '1.0.0+0.build.1-rc.10000aaa-kk-0.1',
  '99999999999999999999999.999999999999999999.99999999999999999',
];

const INVALID = [
  '',
  '1',
  '1.2',
  '1.2.3.4',
  'v1.2.3',
  '1.2.3-',
  '1.2.3+',
  '01.1.1',
  '1.01.1',
  '1.1.01',
  '1.2.3-01',
  '1.2.3-a..b',
  '1.2.3-a.',
  '1.2.3+a+b',
  '1.2.3-a_b',
  '1.2.3-é',
  ' 1.2.3',
  '1.2.3\n',
  '-1.0.0',
  '1.2.x',
  '^1.2.3',
  'latest',
];

describe('a version', () => {
  it.each(VALID.map((version) => [version]))('accepts %s', (version) => {
    expect(SemverSchema.safeParse(version).success).toBe(true);
    expect(parseSemver(version)).not.toBeNull();
  });

  it.each(INVALID.map((version) => [version]))('refuses %j', (version) => {
    expect(SemverSchema.safeParse(version).success).toBe(false);
    expect(parseSemver(version)).toBeNull();
  });

  it('is at most 256 characters', () => {
    const longest = `1.0.0-${'a'.repeat(250)}`;
    expect(parseSemver(longest)).not.toBeNull();
    expect(parseSemver(`${longest}a`)).toBeNull();
    expect(SemverSchema.safeParse(`${longest}a`).success).toBe(false);
  });

  it('comes apart into its parts', () => {
    expect(parseSemver('1.2.3-rc.1-x+build.5-2')).toEqual({
      major: 1,
      minor: 2,
      patch: 3,
      prerelease: ['rc', '1-x'],
      build: 'build.5-2',
    });
    expect(parseSemver('1.2.3+a-b')).toEqual({ major: 1, minor: 2, patch: 3, prerelease: [], build: 'a-b' });
  });

  it('loses only its build metadata, not a prerelease', () => {
    expect(withoutBuild('1.2.3-rc.1+5')).toBe('1.2.3-rc.1');
    expect(withoutBuild('1.2.3')).toBe('1.2.3');
  });
});

// The order of https://semver.org/spec/v2.0.0.html#spec-item-11, examples included.
const ASCENDING = [
  '0.0.1',
  '0.9.0',
  '1.0.0-0',
  '1.0.0-1',
  '1.0.0-10',
  '1.0.0--1',
  '1.0.0-ALPHA',
  '1.0.0-alpha',
  '1.0.0-alpha.1',
  '1.0.0-alpha.beta',
  '1.0.0-beta',
  '1.0.0-beta.2',
  '1.0.0-beta.11',
  '1.0.0-rc.1',
  '1.0.0',
  '1.0.1-0',
  '1.9.0',
  '1.10.0',
  '1.11.0',
  '2.0.0',
  '2.1.0',
  '2.1.1',
  '10.0.0',
];

describe('the precedence of versions', () => {
  it.each(ASCENDING.slice(1).map((higher, index) => [ASCENDING[index], higher]))(
    'puts %s below %s',
    (lower, higher) => {
      expect(compareSemver(String(lower), String(higher))).toBeLessThan(0);
      expect(compareSemver(String(higher), String(lower))).toBeGreaterThan(0);
    },
  );

  it('sorts any shuffling of the table back into order', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(ASCENDING, { minLength: ASCENDING.length }), (shuffled) => {
        expect([...shuffled].sort(compareSemver)).toEqual(ASCENDING);
      }),
    );
  });

  it('compares numbers of any length exactly', () => {
    expect(compareSemver('9007199254740993.0.0', '9007199254740992.0.0')).toBeGreaterThan(0);
    expect(compareSemver('1.0.0-9007199254740992', '1.0.0-9007199254740993')).toBeLessThan(0);
  });

  it('ignores build metadata', () => {
    expect(compareSemver('1.0.0+a', '1.0.0+b')).toBe(0);
    expect(compareSemver('1.0.0-rc.1+a', '1.0.0-rc.1')).toBe(0);
  });

  it('refuses to order what is not a version', () => {
    expect(() => compareSemver('1.0.0', '1.0')).toThrow(RangeError);
    expect(() => compareSemver('banana', '1.0.0')).toThrow(/banana/);
  });
});

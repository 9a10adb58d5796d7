import { z } from 'zod';

// The grammar of SemVer 2.0.0, https://semver.org/spec/v2.0.0.html#backusnaur-form-grammar-for-valid-semver-versions
const NUMERIC = '(?:0|[1-9][0-9]*)';
const PRERELEASE_ID = `(?:${NUMERIC}|[0-9]*[A-Za-z-][0-9A-Za-z-]*)`;
const TAIL = `(?:-${PRERELEASE_ID}(?:\\.${PRERELEASE_ID})*)?(?:\\+[0-9A-Za-z-]+(?:\\.[0-9A-Za-z-]+)*)?$`;
const SEMVER = new RegExp(`^${NUMERIC}\\.${NUMERIC}\\.${NUMERIC}${TAIL}`);

/** A SemVer 2.0.0 version, at most 256 characters. */
export const SemverSchema = z
  .string()
  .max(256, 'at most 256 characters')
  .regex(SEMVER, 'expected a semantic version such as 1.4.0');

/** @returns a pattern of SemVer versions whose major is at most `highest` (a single digit). */
export function semverPatternUpToMajor(highest: number): RegExp {
  return new RegExp(`^[0-${highest}]\\.${NUMERIC}\\.${NUMERIC}${TAIL}`);
}

/** The parts of a version; `build` never takes part in precedence. */
export interface Semver {
  major: number;
  minor: number;
  patch: number;
  prerelease: string[];
  build: string;
}

/** @returns the parts of `version`, or null when it is not SemVer 2.0.0. */
export function parseSemver(version: string): Semver | null {
  if (version.length > 256 || !SEMVER.test(version)) return null;
  const [withoutBuild = '', build = ''] = splitOnce(version, '+');
  const [core = '', prerelease = ''] = splitOnce(withoutBuild, '-');
  const [major = 0, minor = 0, patch = 0] = core.split('.').map(Number);
  return { major, minor, patch, prerelease: prerelease === '' ? [] : prerelease.split('.'), build };
}

/**
 * Orders two versions by SemVer precedence (section 11 of the SemVer specification).
 * @returns a negative number, zero or a positive number, as `Array.sort` expects; build metadata is ignored.
 * @throws RangeError when either is not a version.
 */
export function compareSemver(left: string, right: string): number {
  const a = parseSemver(left);
  const b = parseSemver(right);
  if (!a || !b) throw new RangeError(`not a semantic version: ${a ? right : left}`);
  return compareCore(left, right) || comparePrerelease(a.prerelease, b.prerelease);
}

function compareCore(left: string, right: string): number {
  const numbersOf = (version: string) => /^[0-9.]+/.exec(version)?.[0].split('.') ?? [];
  const theirs = numbersOf(right);
  return numbersOf(left).reduce((order, digits, index) => order || compareDigits(digits, theirs[index] ?? ''), 0);
}

/** Orders whole numbers by their digits: a version's numbers may be longer than a double is exact. */
function compareDigits(left: string, right: string): number {
  if (left.length !== right.length) return left.length - right.length;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** @returns the version without build metadata: versions that differ in it alone are the same version. */
export function withoutBuild(version: string): string {
  return splitOnce(version, '+')[0] ?? version;
}

function comparePrerelease(a: string[], b: string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const x = a[index];
    const y = b[index];
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    if (x === y) continue;
    const bothNumeric = /^[0-9]+$/.test(x) && /^[0-9]+$/.test(y);
    if (bothNumeric) return compareDigits(x, y);
    if (/^[0-9]+$/.test(x) !== /^[0-9]+$/.test(y)) return /^[0-9]+$/.test(x) ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return 0;
}

function splitOnce(text: string, separator: string): [string, string?] {
  const at = text.indexOf(separator);
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

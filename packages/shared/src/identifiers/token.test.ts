import { describe, expect, it } from 'vitest';
import { seededBytes } from '../../test/seeded-bytes.ts';
import { mintToken, recognizeToken, TOKEN_PATTERN, TOKEN_PREFIXES, type TokenKind } from './token.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const KINDS = Object.keys(TOKEN_PREFIXES) as TokenKind[];

describe('a minted token', () => {
  it.each(KINDS.map((kind) => [kind]))('of kind %s carries its prefix and is recognised', (kind) => {
    const token = mintToken(kind, seededBytes(7));
    expect(token.startsWith(TOKEN_PREFIXES[kind])).toBe(true);
    expect(recognizeToken(token)).toBe(kind);
  });

  it('carries at least 160 random bits in base62, and six characters of checksum', () => {
    const suffix = mintToken('apiKey', seededBytes(11)).slice('marfa_k1_'.length);
    expect(suffix).toMatch(/^[0-9A-Za-z]+$/);
    expect((suffix.length - 6) * Math.log2(62)).toBeGreaterThanOrEqual(160);
  });

  it('ends in the CRC-32 of what precedes it, in base62', () => {
    const fixedBytes = (length: number) => new Uint8Array(length);
    // The expected CRC-32 of "marfa_k1_" and 43 zeros comes from zlib.
    const checksum = mintToken('apiKey', fixedBytes).slice(-6);
    const value = [...checksum].reduce((sum, character) => sum * 62 + ALPHABET.indexOf(character), 0);
    expect(value).toBe(2_104_590_374);
  });

  it('uses every base62 character equally often', () => {
    const randomBytes = seededBytes(2026);
    const counts = new Map<string, number>();
    const tokens = 4_000;
    for (let made = 0; made < tokens; made += 1) {
      for (const character of mintToken('apiKey', randomBytes).slice('marfa_k1_'.length, -6))
        counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    const expected = total / 62;
    const chiSquare = [...ALPHABET].reduce((sum, one) => sum + ((counts.get(one) ?? 0) - expected) ** 2 / expected, 0);
    // 61 degrees of freedom: 111 is passed by chance once in ten thousand seeds, and a modulo bias is in the thousands.
    expect(counts.size).toBe(62);
    expect(chiSquare).toBeLessThan(111);
  });

  it('keeps drawing when the source gives bytes it must reject', () => {
    let calls = 0;
    const stubborn = (length: number) => new Uint8Array(length).fill(calls++ === 0 ? 255 : 61);
    expect(mintToken('apiKey', stubborn)).toMatch(/^marfa_k1_z{43}[0-9A-Za-z]{6}$/);
  });

  it('differs each time', () => {
    const randomBytes = seededBytes(5);
    expect(new Set(Array.from({ length: 500 }, () => mintToken('apiKey', randomBytes))).size).toBe(500);
  });
});

describe('recognising a token', () => {
  const token = mintToken('refreshToken', seededBytes(42));

  it('refuses it with any one character changed', () => {
    const survivors = [];
    for (let index = 0; index < token.length; index += 1) {
      for (const character of `${ALPHABET}_`) {
        const mutated = token.slice(0, index) + character + token.slice(index + 1);
        if (mutated !== token && recognizeToken(mutated) !== null) survivors.push(mutated);
      }
    }
    expect(survivors).toEqual([]);
  });

  it('refuses it cut short anywhere, at either end', () => {
    const survivors = [];
    for (let length = 0; length < token.length; length += 1) {
      if (recognizeToken(token.slice(0, length)) !== null) survivors.push(length);
      if (recognizeToken(token.slice(token.length - length)) !== null) survivors.push(-length);
    }
    expect(survivors).toEqual([]);
  });

  it('refuses it with two neighbouring characters exchanged', () => {
    for (let index = 0; index < token.length - 1; index += 1) {
      const [a, b] = [token.charAt(index), token.charAt(index + 1)];
      if (a === b) continue;
      expect(recognizeToken(token.slice(0, index) + b + a + token.slice(index + 2))).toBeNull();
    }
  });

  it.each([
    ['nothing', ''],
    ['a prefix alone', 'marfa_k1_'],
    ['a space before', ` ${token}`],
    ['a space after', `${token} `],
    ['a line break after', `${token}\n`],
    ['another token glued on', token + token],
    ['a character outside ASCII', `${token.slice(0, -1)}\u00e9`],
    ['a session-like value', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln'],
    ['a megabyte of letters', `marfa_k1_${'a'.repeat(1_000_000)}`],
  ])('refuses %s', (_what, value) => {
    expect(recognizeToken(value)).toBeNull();
  });
});

describe('the published pattern', () => {
  const token = mintToken('apiKey', seededBytes(3));
  const findAll = (text: string) => text.match(new RegExp(TOKEN_PATTERN, 'g')) ?? [];

  it.each([
    ['a header', `Authorization: Bearer ${token}`],
    ['JSON', `{"key":"${token}"}`],
    ['an environment file', `MARFA_KEY=${token}\n`],
    ['a URL', `https://example.test/?key=${token}&x=1`],
    ['a sentence', `I pasted ${token}, sorry.`],
  ])('finds a token in %s', (_where, text) => {
    expect(findAll(text)).toEqual([token]);
  });

  it('finds every kind', () => {
    const tokens = KINDS.map((kind) => mintToken(kind, seededBytes(9)));
    expect(findAll(tokens.join('\n'))).toEqual(tokens);
  });

  it.each([
    ['the prefix in prose', 'Keys begin with marfa_k1_ and are secret.'],
    ['a placeholder', 'marfa_k1_xxxxxxxxxxxx'],
    ['another name', `not${token}`],
    ['a longer name', `${token}_backup`],
    ['an unknown kind', token.replace('_k1_', '_k9_')],
  ])('leaves %s alone', (_what, text) => {
    expect(findAll(text)).toEqual([]);
  });
});

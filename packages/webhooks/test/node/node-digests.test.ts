import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createNodeDigests } from '../../src/digests/node-digests.ts';
import { createWebDigests } from '../../src/digests/web-digests.ts';

const WAYS = [
  ['Node’s one-shot hash', createNodeDigests()],
  ['Node without it', createNodeDigests(null)],
  ['Web Crypto', createWebDigests()],
] as const;
const lengths = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 16_300, max: 16_500 }));
const bodies = lengths.chain((length) => fc.uint8Array({ minLength: length, maxLength: length }));
const prefixes = fc.string({ unit: 'grapheme-ascii', maxLength: 200 });
const OFTEN = { seed: 4231, numRuns: 200 };

describe.each(WAYS)('hashing by %s', (_way, digests) => {
  it('knows the HMAC that Node’s createHmac makes, among others too', async () => {
    const texts = fc.string({ unit: 'grapheme', minLength: 1 });
    const secrets = fc.tuple(texts, fc.integer({ min: 1, max: 150 })).map(([text, times]) => text.repeat(times));
    await fc.assert(
      fc.asyncProperty(secrets, prefixes, bodies, async (secret, prefix, body) => {
        const right = createHmac('sha256', secret).update(prefix).update(body).digest();
        const wrong = createHmac('sha256', secret).update(`${prefix}x`).update(body).digest();
        expect(await digests.matchHmac(secret, prefix, body, [right])).toBe(right);
        expect(await digests.matchHmac(secret, prefix, body, [wrong, right])).toBe(right);
        expect(await digests.matchHmac(secret, prefix, body, [wrong])).toBeNull();
        expect(await digests.matchHmac(secret, prefix, body, [wrong, wrong])).toBeNull();
      }),
      OFTEN,
    );
  });

  it('makes the SHA-256 that Node’s createHash makes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), bodies, async (prefix, body) => {
        const expected = createHash('sha256').update(prefix).update(body).digest('hex');
        expect(Buffer.from(await digests.sha256(prefix, body)).toString('hex')).toBe(expected);
      }),
      OFTEN,
    );
  });

  it('takes a body that lies in shared memory', async () => {
    const shared = new Uint8Array(new SharedArrayBuffer(8)).fill(7);
    const right = createHmac('sha256', 'k').update(new Uint8Array(8).fill(7)).digest();
    expect(await digests.matchHmac('k', '', shared, [right])).toBe(right);
  });

  it('finds digests equal that are, and no others', () => {
    const one = new Uint8Array(32).fill(1);
    expect(digests.equal(one, one.slice())).toBe(true);
    for (let index = 0; index < 32; index += 1) expect(digests.equal(one, one.with(index, 2))).toBe(false);
    expect(digests.equal(one, one.subarray(1))).toBe(false);
    expect(digests.equal(new Uint8Array(31), new Uint8Array(32))).toBe(false);
  });
});

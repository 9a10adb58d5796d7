import nodeCrypto, { createHash, createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import { createLru } from './create-lru.ts';
import type { Digests } from './digests.ts';

const KEPT_SECRETS = 256;
const BLOCK = 64;
const DIGEST = 32;
/** Up to here two one-shot hashes over a joined copy are quicker than one stream without a copy. */
const SMALL = 16 * 1024;

interface Secret {
  key: KeyObject;
  innerPad: Uint8Array;
  outerPad: Uint8Array;
}

/**
 * Hashes with Node's own OpenSSL, at once.
 * @param hash `crypto.hash`, which runtimes that merely resemble Node may lack.
 */
export function createNodeDigests(hash: typeof nodeCrypto.hash | undefined = nodeCrypto.hash): Digests {
  const secrets = createLru(KEPT_SECRETS, padsOf);
  // Filled and hashed in one go, never across an await: calls cannot meet in them.
  const inner = new Uint8Array(BLOCK + SMALL);
  const outer = new Uint8Array(BLOCK + DIGEST);

  return {
    hmacSha256(secret, prefix, body) {
      const { key, innerPad, outerPad } = secrets.get(secret);
      const start = BLOCK + prefix.length;
      const end = start + body.length;
      if (hash === undefined || end > inner.length)
        return createHmac('sha256', key).update(prefix, 'latin1').update(body).digest();
      inner.set(innerPad);
      for (let index = 0; index < prefix.length; index += 1) inner[BLOCK + index] = prefix.charCodeAt(index);
      inner.set(body, start);
      outer.set(outerPad);
      outer.set(hash('sha256', inner.subarray(0, end), 'buffer'), BLOCK);
      return hash('sha256', outer, 'buffer');
    },
    sha256: (prefix, body) => createHash('sha256').update(prefix).update(body).digest(),
    equal: (one, other) => one.length === other.length && timingSafeEqual(one, other),
  };
}

/** @see RFC 2104 section 2 */
function padsOf(secret: string): Secret {
  const bytes = new TextEncoder().encode(secret);
  const key = bytes.length > BLOCK ? createHash('sha256').update(bytes).digest() : bytes;
  const pad = (byte: number) => Uint8Array.from({ length: BLOCK }, (_, index) => (key[index] ?? 0) ^ byte);
  return { key: createSecretKey(bytes), innerPad: pad(0x36), outerPad: pad(0x5c) };
}

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
 * @param hash `crypto.hash`; null where it is missing, as in Node 21.6 and in runtimes that merely resemble Node.
 */
export function createNodeDigests(hash: typeof nodeCrypto.hash | null = nodeCrypto.hash ?? null): Digests {
  const secrets = createLru(KEPT_SECRETS, padsOf);
  // Filled and hashed in one go, never across an await: calls cannot meet in them.
  const inner = new Uint8Array(BLOCK + SMALL);
  const outer = new Uint8Array(BLOCK + DIGEST);
  const digest = new Uint8Array(DIGEST);

  function hmac(secret: string, prefix: string, body: Uint8Array): Uint8Array {
    const { key, innerPad, outerPad } = secrets.get(secret);
    const start = BLOCK + prefix.length;
    const end = start + body.length;
    if (hash === null || end > inner.length)
      return createHmac('sha256', key).update(prefix, 'latin1').update(body).digest();
    inner.set(innerPad);
    writeText(inner, BLOCK, prefix);
    inner.set(body, start);
    outer.set(outerPad);
    // As text, which costs a third of a Buffer.
    writeText(outer, BLOCK, hash('sha256', inner.subarray(0, end), 'binary'));
    writeText(digest, 0, hash('sha256', outer, 'binary'));
    return digest;
  }

  const equal = (one: Uint8Array, other: Uint8Array) => one.length === other.length && timingSafeEqual(one, other);

  return {
    matchHmac(secret, prefix, body, signatures) {
      const expected = hmac(secret, prefix, body);
      for (const signature of signatures) if (equal(signature, expected)) return signature;
      return null;
    },
    sha256: (prefix, body) => createHash('sha256').update(prefix).update(body).digest(),
    equal,
  };
}

function writeText(target: Uint8Array, start: number, latin1: string): void {
  for (let index = 0; index < latin1.length; index += 1) target[start + index] = latin1.charCodeAt(index);
}

/** @see RFC 2104 section 2 */
function padsOf(secret: string): Secret {
  const bytes = new TextEncoder().encode(secret);
  const key = bytes.length > BLOCK ? createHash('sha256').update(bytes).digest() : bytes;
  const pad = (byte: number) => Uint8Array.from({ length: BLOCK }, (_, index) => (key[index] ?? 0) ^ byte);
  return { key: createSecretKey(bytes), innerPad: pad(0x36), outerPad: pad(0x5c) };
}

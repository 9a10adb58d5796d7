import { createLru } from './create-lru.ts';
import type { Digests } from './digests.ts';

const KEPT_SECRETS = 256;
const ENCODER = new TextEncoder();

/** Hashes with Web Crypto, which every runtime has. Imported keys are kept: importing one costs more than using it. */
export function createWebDigests(): Digests {
  const keys = createLru(KEPT_SECRETS, (secret) => ({ key: importKey(secret) }));
  return {
    async hmacSha256(secret, prefix, body) {
      return new Uint8Array(await crypto.subtle.sign('HMAC', await keys.get(secret).key, joined(prefix, body)));
    },
    async sha256(prefix, body) {
      return new Uint8Array(await crypto.subtle.digest('SHA-256', joined(prefix, body)));
    },
    equal(one, other) {
      let different = one.length ^ other.length;
      for (let index = 0; index < one.length; index += 1) different |= (one[index] ?? 0) ^ (other[index] ?? 0);
      return different === 0;
    },
  };
}

function importKey(secret: string): Promise<CryptoKey> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  return crypto.subtle.importKey('raw', ENCODER.encode(secret), algorithm, false, ['sign']);
}

/** Web Crypto takes one piece, and none that lies in shared memory. */
function joined(prefix: string, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = body;
  if (prefix === '' && buffer instanceof ArrayBuffer) return new Uint8Array(buffer, body.byteOffset, body.byteLength);
  const head = ENCODER.encode(prefix);
  const whole = new Uint8Array(head.length + body.length);
  whole.set(head);
  whole.set(body, head.length);
  return whole;
}

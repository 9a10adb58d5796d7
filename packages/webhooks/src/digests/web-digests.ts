import { createLru } from './create-lru.ts';
import type { Digests } from './digests.ts';

const KEPT_SECRETS = 256;
const MOST_KEPT_BYTES = 1024 * 1024;
const ENCODER = new TextEncoder();

interface Secret {
  imported: Promise<CryptoKey>;
  /** The same once it is there: whoever need not wait for it should not. */
  key: CryptoKey | null;
}

/** Hashes with Web Crypto, which every runtime has. Imported keys are kept: importing one costs more than using it. */
export function createWebDigests(): WebDigests {
  const secrets = createLru(KEPT_SECRETS, importSecret);
  const joined = createJoiner();

  async function match(key: CryptoKey, signed: Uint8Array<ArrayBuffer>, signatures: readonly Uint8Array[]) {
    const [only] = signatures;
    if (only !== undefined && signatures.length === 1)
      return (await crypto.subtle.verify('HMAC', key, new Uint8Array(only), signed)) ? only : null;
    const expected = new Uint8Array(await crypto.subtle.sign('HMAC', key, signed));
    return signatures.find((signature) => equalBytes(signature, expected)) ?? null;
  }

  return {
    matchHmac(secret, prefix, body, signatures) {
      const { key, imported } = secrets.get(secret);
      return key === null
        ? imported.then((late) => match(late, joined(prefix, body), signatures))
        : match(key, joined(prefix, body), signatures);
    },
    async signHmac(secret, prefix, body) {
      const key = await secrets.get(secret).imported;
      return new Uint8Array(await crypto.subtle.sign('HMAC', key, joined(prefix, body)));
    },
    async sha256(prefix, body) {
      return new Uint8Array(await crypto.subtle.digest('SHA-256', joined(prefix, body)));
    },
    equal: equalBytes,
  };
}

export interface WebDigests extends Digests {
  /** HMAC-SHA256 over `prefix`, then `body`, as in `matchHmac`. */
  signHmac(secret: string, prefix: string, body: Uint8Array): Promise<Uint8Array>;
}

function equalBytes(one: Uint8Array, other: Uint8Array): boolean {
  let different = one.length ^ other.length;
  for (let index = 0; index < one.length; index += 1) different |= (one[index] ?? 0) ^ (other[index] ?? 0);
  return different === 0;
}

function importSecret(secret: string): Secret {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = crypto.subtle.importKey('raw', ENCODER.encode(secret), algorithm, false, ['sign', 'verify']);
  const kept: Secret = { imported, key: null };
  // A failure is told to whoever waits for `imported`, and nowhere else.
  imported.then(
    (key) => {
      kept.key = key;
    },
    () => {},
  );
  return kept;
}

/** Web Crypto takes one piece, and none that lies in shared memory. */
function createJoiner(): (prefix: string, body: Uint8Array) => Uint8Array<ArrayBuffer> {
  // Fresh memory for each body costs more than copying it. Web Crypto takes a copy before its call returns, as its
  // specification says of sign, verify and digest; what was joined is passed on at once and may be written over then.
  let kept = new Uint8Array(0);
  return (prefix, body) => {
    const { buffer } = body;
    if (prefix === '' && buffer instanceof ArrayBuffer) return new Uint8Array(buffer, body.byteOffset, body.byteLength);
    const head = ENCODER.encode(prefix);
    const length = head.length + body.length;
    if (length > kept.length && length <= MOST_KEPT_BYTES) kept = new Uint8Array(length);
    const whole = length <= MOST_KEPT_BYTES ? kept.subarray(0, length) : new Uint8Array(length);
    whole.set(head);
    whole.set(body, head.length);
    return whole;
  };
}

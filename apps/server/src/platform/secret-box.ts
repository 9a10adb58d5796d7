import { createCipheriv, createDecipheriv, createHash, hkdfSync } from 'node:crypto';
import type { Secret } from './secret.ts';

const VERSION = 'v1';
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Keeps secrets at rest. Each purpose has a key of its own. */
export interface SecretBox {
  /**
   * @param purpose names the key; what was sealed for one purpose opens for no other.
   * @param associatedData what the text belongs to, such as the id of its row; not kept in the text.
   * @returns `v1.<key id>.<nonce>.<ciphertext and tag>`, in base64url.
   */
  seal(purpose: string, associatedData: string, plaintext: string): string;
  /** @returns null when the text was changed, moved to another place, or sealed under another secret. */
  open(purpose: string, associatedData: string, sealed: string): string | null;
}

interface BoxKey {
  id: string;
  key: Uint8Array;
}

/** AES-256-GCM (NIST SP 800-38D) under keys that HKDF-SHA256 (RFC 5869) makes of one secret. */
export function createSecretBox(secret: Secret, randomBytes: (length: number) => Uint8Array): SecretBox {
  const keys = new Map<string, BoxKey>();

  function keyFor(purpose: string): BoxKey {
    const known = keys.get(purpose);
    if (known) return known;
    const key = new Uint8Array(hkdfSync('sha256', secret.reveal(), '', `marfa secret box: ${purpose}`, KEY_BYTES));
    const made = { id: createHash('sha256').update(key).digest('base64url').slice(0, 8), key };
    keys.set(purpose, made);
    return made;
  }

  return {
    seal(purpose, associatedData, plaintext) {
      const { id, key } = keyFor(purpose);
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(associatedData));
      const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return [VERSION, id, Buffer.from(nonce).toString('base64url'), sealed.toString('base64url')].join('.');
    },

    open(purpose, associatedData, text) {
      const [version, keyId, nonce = '', body = ''] = text.split('.');
      const { id, key } = keyFor(purpose);
      const sealed = Buffer.from(body, 'base64url');
      const iv = Buffer.from(nonce, 'base64url');
      if (version !== VERSION || keyId !== id || iv.length !== NONCE_BYTES || sealed.length < TAG_BYTES) return null;
      try {
        const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
          .setAAD(Buffer.from(associatedData))
          .setAuthTag(sealed.subarray(-TAG_BYTES));
        return Buffer.concat([decipher.update(sealed.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8');
      } catch {
        return null;
      }
    },
  };
}

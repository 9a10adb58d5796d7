import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject, randomBytes } from 'node:crypto';
import { MarfaError } from '@withmarfa/shared';
import type { AuthKey, AuthKeys } from './auth-keys.ts';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Keeps secrets at rest that have to be read again, such as those that webhooks are signed with. */
export interface SecretBox {
  /**
   * @param purpose what the secret is for; each has a key of its own.
   * @param associatedData id of the row it is kept in: moved to another row, it does not open.
   * @returns `v1.<key id>.<nonce>.<ciphertext and tag>`
   */
  seal(purpose: string, associatedData: string, plaintext: string): string;
  /** @throws MarfaError `internal_error` when it was sealed for something else, under a lost key, or is damaged. */
  open(purpose: string, associatedData: string, sealed: string): string;
  /** @returns whether it was sealed under the newest key. */
  isCurrent(sealed: string): boolean;
}

/**
 * AES-256-GCM under keys that HKDF-SHA256 draws from the server's secret, one for each purpose.
 * @param keys the first seals, all open.
 * @see NIST SP 800-38D; RFC 5869
 */
export function createSecretBox(keys: AuthKeys): SecretBox {
  const [newest] = keys;
  // Ready keys: bytes are made into one at every use, which costs three times the cipher.
  const drawn = new Map<string, KeyObject>();
  function keyFor({ id, material }: AuthKey, purpose: string): KeyObject {
    const name = `${id}:${purpose}`;
    const key =
      drawn.get(name) ??
      createSecretKey(Buffer.from(hkdfSync('sha256', material.reveal(), '', `marfa secret box: ${purpose}`, 32)));
    drawn.set(name, key);
    return key;
  }

  return {
    seal(purpose, associatedData, plaintext) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, keyFor(newest, purpose), nonce);
      cipher.setAAD(Buffer.from(associatedData));
      const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return ['v1', newest.id, nonce.toString('base64url'), sealed.toString('base64url')].join('.');
    },

    open(purpose, associatedData, text) {
      const [version, keyId, nonce = '', sealed = ''] = text.split('.');
      const key = keys.find(({ id, aliases }) => id === keyId || aliases.includes(keyId ?? ''));
      const bytes = Buffer.from(sealed, 'base64url');
      if (version !== 'v1' || !key || bytes.length < TAG_BYTES) throw unreadable();
      try {
        const decipher = createDecipheriv(CIPHER, keyFor(key, purpose), Buffer.from(nonce, 'base64url'), {
          authTagLength: TAG_BYTES,
        });
        decipher.setAAD(Buffer.from(associatedData));
        decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
        return decipher.update(bytes.subarray(0, -TAG_BYTES), undefined, 'utf8') + decipher.final('utf8');
      } catch (cause) {
        throw unreadable(cause);
      }
    },

    isCurrent: (text) => text.startsWith(`v1.${newest.id}.`),
  };
}

function unreadable(cause?: unknown): MarfaError {
  return new MarfaError(
    'internal_error',
    'A stored secret cannot be opened. Was MARFA_AUTH_SECRET changed? Keep the former one in its list.',
    { cause },
  );
}

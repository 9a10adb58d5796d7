import { LRUCache } from 'lru-cache';
import type { Secret } from '../../platform/secret.ts';

const MAX_OPENED = 256;
const KEPT_MS = 60_000;

/** Secrets that calls carry, opened a moment ago. */
export interface OpenedSecrets {
  /**
   * @param sealed the place of the secret and its ciphertext: any change of the row is another name, and a ciphertext that was
   *   moved to another row finds nothing.
   * @param open called when it is not at hand.
   */
  open(sealed: string, open: () => Secret): Secret;
}

/** Keeps what was opened for a minute at the most: a busy Connection uses the same secret many times a second. */
export function createOpenedSecrets(): OpenedSecrets {
  const kept = new LRUCache<string, Secret>({ max: MAX_OPENED });
  let isEnding = false;

  /** All go at once, a minute after the first. */
  function end(): void {
    isEnding = false;
    kept.clear();
  }

  return {
    open(sealed, open) {
      const known = kept.get(sealed);
      if (known) return known;
      const secret = open();
      kept.set(sealed, secret);
      if (!isEnding) setTimeout(end, KEPT_MS).unref();
      isEnding = true;
      return secret;
    },
  };
}

/**
 * The hashing that verification needs, in whatever way a runtime does it best. An answer that is ready at once is given at
 * once, so that nobody waits a turn for it.
 */
export interface Digests {
  /**
   * Looks among signatures for the HMAC-SHA256 over `prefix`, then `body`, in a time that says nothing about where a wrong
   * one differs. However many there are, the body is hashed once. @see RFC 2104
   * @param secret not empty; its UTF-8 bytes are the key.
   * @param prefix ASCII.
   * @returns the signature that is right; null when none is.
   */
  matchHmac(
    secret: string,
    prefix: string,
    body: Uint8Array,
    signatures: readonly Uint8Array[],
  ): Uint8Array | null | Promise<Uint8Array | null>;
  /** SHA-256 over the UTF-8 bytes of `prefix`, then `body`. */
  sha256(prefix: string, body: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Compares two digests in a time that says nothing about where they differ. */
  equal(one: Uint8Array, other: Uint8Array): boolean;
}

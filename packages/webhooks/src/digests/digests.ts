/**
 * The hashing that verification needs, in whatever way a runtime does it best. An answer that is ready at once is given at
 * once, so that nobody waits a turn for it.
 */
export interface Digests {
  /**
   * HMAC-SHA256 over `prefix`, then `body`. @see RFC 2104
   * @param secret not empty; its UTF-8 bytes are the key.
   * @param prefix ASCII.
   */
  hmacSha256(secret: string, prefix: string, body: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** SHA-256 over the UTF-8 bytes of `prefix`, then `body`. */
  sha256(prefix: string, body: Uint8Array): Uint8Array | Promise<Uint8Array>;
  /** Compares two digests in a time that says nothing about where they differ. */
  equal(one: Uint8Array, other: Uint8Array): boolean;
}

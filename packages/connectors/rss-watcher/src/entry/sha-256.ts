import { sha256 as digest } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * @returns the SHA-256 of the text's UTF-8 bytes, or of the bytes, in lower-case hexadecimal. In one step and not by
 *   Web Crypto: for ten thousand short texts the way into the platform and back costs seconds.
 */
export function sha256(input: string | Uint8Array): string {
  return bytesToHex(digest(typeof input === 'string' ? utf8ToBytes(input) : input));
}

const DIGEST_BYTES = 32;
const NOT_HEX = 0xff;
const NIBBLES = new Uint8Array(128).fill(NOT_HEX);
for (const [value, digit] of [...'0123456789abcdef'].entries()) {
  NIBBLES[digit.charCodeAt(0)] = value;
  NIBBLES[digit.toUpperCase().charCodeAt(0)] = value;
}

/**
 * Reads a SHA-256 digest in hex, in either case, from `start` to `end`.
 * @returns null unless it is exactly 64 hex digits.
 */
export function readDigest(text: string, start: number, end: number): Uint8Array | null {
  if (end - start !== DIGEST_BYTES * 2) return null;
  const bytes = new Uint8Array(DIGEST_BYTES);
  for (let index = 0; index < DIGEST_BYTES; index += 1) {
    const high = NIBBLES[text.charCodeAt(start + 2 * index)] ?? NOT_HEX;
    const low = NIBBLES[text.charCodeAt(start + 2 * index + 1)] ?? NOT_HEX;
    if (high === NOT_HEX || low === NOT_HEX) return null;
    bytes[index] = (high << 4) | low;
  }
  return bytes;
}

/** @returns the bytes in lower-case hex. */
export function writeHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16);
  return text;
}

const DIGEST_BYTES = 32;
const NOT_HEX = 0x100;
const NIBBLES = new Uint16Array(128).fill(NOT_HEX);
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
  let seen = 0;
  for (let index = 0, at = start; index < DIGEST_BYTES; index += 1, at += 2) {
    const high = NIBBLES[text.charCodeAt(at)] ?? NOT_HEX;
    const low = NIBBLES[text.charCodeAt(at + 1)] ?? NOT_HEX;
    seen |= high | low;
    bytes[index] = (high << 4) | low;
  }
  return seen < NOT_HEX ? bytes : null;
}

/** @returns the bytes in lower-case hex. */
export function writeHex(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += (byte < 16 ? '0' : '') + byte.toString(16);
  return text;
}

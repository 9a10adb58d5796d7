/**
 * A number from 0 up to, but not including, 1 that depends on `text` alone and is spread evenly over texts.
 * @see FNV-1a, 32 bits, and the finalizer of MurmurHash3, which makes every bit of the text count
 */
export function spreadFraction(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

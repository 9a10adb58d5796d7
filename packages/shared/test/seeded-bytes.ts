/**
 * A repeatable byte source for tests (xorshift32); never for secrets.
 * @param seed any non-zero whole number.
 */
export function seededBytes(seed: number): (length: number) => Uint8Array {
  let state = seed >>> 0;
  return (length) =>
    Uint8Array.from({ length }, () => {
      state ^= state << 13;
      state >>>= 0;
      state ^= state >>> 17;
      state ^= state << 5;
      state >>>= 0;
      return state >>> 24;
    });
}

import { timingSafeEqual } from 'node:crypto';

/** Compares what was given with what is kept, in a time that tells no more than their lengths. */
export function isSameText(given: string, kept: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(kept)];
  return one.length === other.length && timingSafeEqual(one, other);
}

import { isSameText } from '../../platform/is-same-text.ts';
import type { TokenHash } from '../../platform/token-hash.ts';

/*
 * What is kept of a client's secrets: `<hash>`, or `<hash> <hash of the one before> <its end in ms>` while both are good.
 */

/** @returns what is kept once a secret took the place of another that stays good until `overlapEndsMs`. */
export function keptSecret(hash: string, before: { kept: string; overlapEndsMs: number } | null = null): string {
  if (before === null) return hash;
  const [previous = ''] = before.kept.split(' ', 1);
  return `${hash} ${previous} ${before.overlapEndsMs}`;
}

/** Decides whether a secret is one of those kept; in constant time, as far as it is compared at all. */
export function fitsSecret(given: string, kept: string, { hash, nowMs }: { hash: TokenHash; nowMs: number }): boolean {
  const [current = '', previous = '', endsMs = '0'] = kept.split(' ');
  const actual = hash(given);
  const fitsCurrent = isSameText(actual, current);
  const fitsPrevious = isSameText(actual, previous);
  return fitsCurrent || (fitsPrevious && nowMs < Number(endsMs));
}

import type { TokenRow } from './tokens-store.ts';

/** What became of a renewal; whoever waited for it gets the same. */
export type Renewal =
  | { kind: 'renewed'; row: TokenRow }
  /** A person has to connect the account again. */
  | { kind: 'reauth' }
  /** The upstream cannot be asked at the moment. */
  | { kind: 'unavailable'; reason: string; retryAfterMs: number | null };

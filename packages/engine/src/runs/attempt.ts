import type { ConnectionSnapshot } from '../ports/connections.ts';
import type { ClaimedMessage } from '../ports/mailbox.ts';
import type { AttemptOutcome } from '../ports/runner.ts';
import type { Settlement } from './settlement.ts';

/** One attempt and how it ended. */
export interface Attempt {
  claimed: ClaimedMessage;
  /** As it was when the attempt began. */
  connection: ConnectionSnapshot;
  outcome: AttemptOutcome;
}

export interface Circumstances {
  nowMs: number;
  /** Numbers from 0 up to, but not including, 1. */
  random: () => number;
}

/** What the end of an attempt comes to, whatever kind of message it was. */
export type AttemptEnd = Omit<Settlement, 'renewal'>;

import type { ConnectionSnapshot } from '../ports/connections.ts';
import type { ClaimedMessage } from '../ports/mailbox.ts';
import { decideSettlement } from './decide-settlement.ts';
import { MAX_ATTEMPTS } from './retry-policy.ts';
import type { Settlement } from './settlement.ts';

/**
 * Decides whether a message has used up its attempts although the last one never came to an end. Without this, a
 * message that takes its host down, or whose outcome no store accepts, would be tried for ever.
 * @returns null when it may be tried.
 */
export function decideInterrupted(
  claimed: ClaimedMessage,
  connection: ConnectionSnapshot,
  nowMs: number,
): Settlement | null {
  if (claimed.attempt <= MAX_ATTEMPTS) return null;
  const reason = 'the last attempt was cut short: the host stopped, or what it had done could not be saved';
  const outcome = {
    result: { ok: false as const, retry: true, reason },
    cursorSet: {},
    cursorCleared: [],
    itemsCreated: 0,
    itemsUpdated: 0,
  };
  return decideSettlement({ claimed, connection, outcome }, { nowMs, random: () => 0 });
}

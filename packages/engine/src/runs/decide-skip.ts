import type { ConnectionSnapshot } from '../ports/connections.ts';
import type { ClaimedMessage } from '../ports/mailbox.ts';
import type { Settlement } from './settlement.ts';

/**
 * Decides whether a message is ended without running a handler.
 * @param connection null when there is none any more.
 * @returns null when it has to be run.
 */
export function decideSkip(claimed: ClaimedMessage, connection: null, nowMs: number): Settlement;
export function decideSkip(
  claimed: ClaimedMessage,
  connection: ConnectionSnapshot | null,
  nowMs: number,
): Settlement | null;
export function decideSkip(
  claimed: ClaimedMessage,
  connection: ConnectionSnapshot | null,
  nowMs: number,
): Settlement | null {
  const reason = findReason(claimed, connection);
  if (reason === null) return null;
  return {
    message: { state: 'gone' },
    run: { status: 'skipped', error: reason, itemsCreated: 0, itemsUpdated: 0, finishedAtMs: nowMs },
    cursors: null,
    health: null,
    schedule: { action: 'keep' },
    activity: [],
  };
}

function findReason({ message }: ClaimedMessage, connection: ConnectionSnapshot | null): string | null {
  if (connection === null) return 'the Connection does not exist any more';
  if (!connection.active) return 'the Connection has been revoked';
  // A webhook's sender has been told that its delivery is kept and will not send it again; all else comes again or can
  // be asked for again.
  if (connection.runtimeStatus === 'paused' && message.kind !== 'webhook') return 'the Connection is paused';
  // It would fail until a person has acted, who has been told; events and deliveries are kept for then.
  if (connection.runtimeStatus === 'reauth_required' && (message.kind === 'schedule' || message.kind === 'manual'))
    return 'the upstream account has to be connected again';
  if (message.kind === 'schedule' && !connection.scheduleArmed) return 'the schedule has been stopped';
  return null;
}

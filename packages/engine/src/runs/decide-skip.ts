import type { ConnectionSnapshot } from '../ports/connections.ts';
import type { ClaimedMessage } from '../ports/mailbox.ts';
import { isHeld } from './is-held.ts';
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
    handledDelivery: null,
    cursors: null,
    health: null,
    schedule: { action: 'keep' },
    activity: [],
    renewal: null,
  };
}

function findReason({ message }: ClaimedMessage, connection: ConnectionSnapshot | null): string | null {
  if (connection === null) return 'the Connection does not exist any more';
  if (!connection.active) return 'the Connection has been revoked';
  // What the mailbox holds back has been claimed a moment before somebody paused; it is run like what was under way.
  if (!isHeld(message.kind, connection.runtimeStatus)) {
    if (connection.runtimeStatus === 'paused') return 'the Connection is paused';
    if (connection.runtimeStatus === 'reauth_required') return 'the upstream account has to be connected again';
  }
  if (message.kind === 'webhook' && !message.replayed && connection.handledDeliveries.includes(message.delivery_id))
    return 'this delivery has been handled before';
  if (message.kind === 'schedule' && !connection.scheduleArmed) return 'the schedule has been stopped';
  return null;
}

import { MAX_HANDLED_DELIVERIES } from '../ports/connections.ts';
import type { Lease } from '../ports/leases.ts';
import type { ClaimedMessage } from '../ports/mailbox.ts';
import { foldMessages } from '../runs/fold-messages.ts';
import type { Settlement } from '../runs/settlement.ts';
import { settleRenewal } from './memory-renewals.ts';
import type { MemoryState, StoredMessage } from './memory-state.ts';

interface Ending {
  lease: Lease;
  claimed: ClaimedMessage;
  settlement: Settlement;
}

/** Writes everything one attempt's end causes; one synchronous act. */
export function settleAttempt(state: MemoryState, { lease, claimed, settlement }: Ending): boolean {
  const { connectionId } = lease;
  const messages = state.messages.get(connectionId) ?? [];
  const message = messages.find(({ id }) => id === claimed.id);
  if (message?.state !== 'running' || message.fence !== lease.fence) return false;
  settleMessage(state, message, settlement.message);
  settleRun(state, claimed.id, settlement.run);
  settleConnection(state, connectionId, settlement);
  settleSchedule(state, claimed, settlement.schedule);
  state.activity.set(connectionId, [...(state.activity.get(connectionId) ?? []), ...settlement.activity]);
  const connection = state.connections.get(connectionId);
  if (connection && settlement.renewal) settleRenewal(state, connection, settlement.renewal);
  return true;
}

function settleMessage(state: MemoryState, message: StoredMessage, end: Settlement['message']): void {
  switch (end.state) {
    case 'gone':
      remove(state, message);
      return;
    case 'waiting':
      foldNewer(state, message);
      message.state = 'waiting';
      message.notBeforeMs = end.notBeforeMs;
      message.reason = end.reason;
      return;
    case 'dead':
      message.state = 'dead';
      message.reason = end.reason;
      return;
    default:
      end satisfies never;
  }
}

function remove(state: MemoryState, message: StoredMessage): void {
  const rest = (state.messages.get(message.connectionId) ?? []).filter((other) => other !== message);
  state.messages.set(message.connectionId, rest);
}

function foldNewer(state: MemoryState, message: StoredMessage): void {
  if (message.coalesceKey === null) return;
  for (const other of [...(state.messages.get(message.connectionId) ?? [])]) {
    if (other.state !== 'waiting' || other.coalesceKey !== message.coalesceKey) continue;
    message.message = foldMessages(message.message, other.message);
    remove(state, other);
    const run = state.runs.get(other.id);
    if (!run) continue;
    run.status = 'skipped';
    run.error = 'an earlier run of the same kind is being tried again';
    run.finished_at = run.queued_at;
  }
}

function settleRun(state: MemoryState, id: string, end: Settlement['run']): void {
  const run = state.runs.get(id);
  if (!run) return;
  run.status = end.status;
  run.items_created += end.itemsCreated;
  run.items_updated += end.itemsUpdated;
  run.finished_at = end.finishedAtMs === null ? null : new Date(end.finishedAtMs).toISOString();
  if (end.error === null) delete run.error;
  else run.error = end.error;
}

function settleConnection(
  state: MemoryState,
  connectionId: string,
  { cursors, health, handledDelivery }: Settlement,
): void {
  const connection = state.connections.get(connectionId);
  if (!connection) return;
  if (handledDelivery !== null)
    connection.handledDeliveries = [...connection.handledDeliveries, handledDelivery].slice(-MAX_HANDLED_DELIVERIES);
  if (cursors) {
    for (const key of cursors.cleared) delete connection.cursors[key];
    connection.cursors = { ...connection.cursors, ...cursors.set };
  }
  if (health) {
    const held = connection.runtimeStatus === 'paused' || connection.runtimeStatus === 'reauth_required';
    if (!held) connection.runtimeStatus = health.runtimeStatus;
    connection.consecutiveFailures = health.consecutiveFailures;
    connection.actionRequired = health.actionRequired;
    connection.lastSyncAtMs = health.lastSyncAtMs ?? connection.lastSyncAtMs;
    connection.lastErrorAtMs = health.lastErrorAtMs;
  }
}

function settleSchedule(state: MemoryState, claimed: ClaimedMessage, end: Settlement['schedule']): void {
  const connection = state.connections.get(claimed.connectionId);
  switch (end.action) {
    case 'keep':
      return;
    case 'disarm':
      state.schedules.delete(claimed.connectionId);
      return;
    case 'arm':
      if (!connection) return;
      state.schedules.set(claimed.connectionId, {
        connectionId: claimed.connectionId,
        spaceId: connection.spaceId,
        integrationName: connection.integrationName,
        crons: connection.crons,
        tickAtMs: end.tickAtMs,
        dueAtMs: end.dueAtMs,
      });
      return;
    default:
      end satisfies never;
  }
}

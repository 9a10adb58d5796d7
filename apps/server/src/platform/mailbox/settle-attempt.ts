import {
  type ClaimedMessage,
  foldMessages,
  type Lease,
  MAX_HANDLED_DELIVERIES,
  type Settlement,
} from '@withmarfa/engine';
import type { QueueMessage } from '@withmarfa/shared';
import type { Selectable } from 'kysely';
import type { Database, Transaction } from '../database/database.ts';
import { WAITING } from '../database/index-hints.ts';
import { lockRows } from '../database/row-lock.ts';
import type { Tables } from '../database/tables.ts';
import { insertSystemItem, PLATFORM_SOURCE } from '../system-items.ts';
import { isoOrAbsent, mirrorConnection } from './mirror-connection.ts';
import { settleRenewal } from './settle-renewal.ts';

interface Ending {
  lease: Lease;
  claimed: ClaimedMessage;
  settlement: Settlement;
  newId: () => string;
  dialect: Database['dialect'];
}

type MessageRow = Selectable<Tables['mailbox_messages']>;
type ConnectionRow = Selectable<Tables['connections']>;

/** Writes everything that one attempt's end causes. @returns false when this attempt has been ended already. */
export async function settleAttempt(
  transaction: Transaction,
  { lease, claimed, settlement, newId, dialect }: Ending,
): Promise<boolean> {
  const connection = await lockConnection(transaction, dialect, lease.connectionId);
  const message = await transaction
    .selectFrom('mailbox_messages')
    .selectAll()
    .where('id', '=', claimed.id)
    .where('state', '=', 'running')
    .where('fence', '=', lease.fence)
    .executeTakeFirst();
  if (!message) return false;
  if (connection?.active === 0) {
    // A person ended the Connection while this ran: that the run failed is no news, and nothing comes of it.
    await settleMessage(transaction, message, { state: 'gone' });
    await settleRun(transaction, claimed.id, {
      ...settlement.run,
      status: 'skipped',
      error: 'the connection was uninstalled',
      finishedAtMs: settlement.run.finishedAtMs ?? claimed.queuedAtMs,
    });
    return true;
  }
  // Before the message, as whoever takes a due renewal off the clock does it.
  if (connection && settlement.renewal)
    await settleRenewal(transaction, connection, { end: settlement.renewal, at: endOf(settlement, message), newId });
  await settleMessage(transaction, message, settlement.message);
  await settleRun(transaction, claimed.id, settlement.run);
  if (connection) await settleConnection(transaction, connection, settlement);
  const at = endOf(settlement, message);
  for (const { severity, summary, detail } of settlement.activity) {
    // Whoever has to connect the account again has been told: what failed for want of it is no second call.
    if (severity === 'action_required' && connection && connection.reauth_reason !== null) continue;
    await insertSystemItem(transaction, {
      id: newId(),
      spaceId: claimed.spaceId,
      type: 'system.activity',
      properties: { connection_id: claimed.connectionId, severity, summary, detail },
      source: PLATFORM_SOURCE,
      tier: connection?.feed_activity === 1 ? 'feed' : null,
      at,
    });
  }
  return true;
}

function endOf({ run, message: end }: Settlement, message: MessageRow): Date {
  return new Date(run.finishedAtMs ?? (end.state === 'waiting' ? end.failedAtMs : message.queued_at_ms));
}

async function settleMessage(transaction: Transaction, message: MessageRow, end: Settlement['message']): Promise<void> {
  switch (end.state) {
    case 'gone':
      await transaction.deleteFrom('mailbox_messages').where('seq', '=', message.seq).execute();
      return;
    case 'waiting':
      await transaction
        .updateTable('mailbox_messages')
        .set({
          payload: await foldNewer(transaction, message),
          state: 'waiting',
          not_before_ms: end.notBeforeMs,
          reason: end.reason,
          ...failedAt(message, end),
        })
        .where('seq', '=', message.seq)
        .execute();
      return;
    case 'dead':
      await transaction
        .updateTable('mailbox_messages')
        .set({ state: 'dead', reason: end.reason, ...failedAt(message, end) })
        .where('seq', '=', message.seq)
        .execute();
      return;
    default:
      end satisfies never;
  }
}

function failedAt({ first_failed_at_ms }: MessageRow, { failedAtMs }: { failedAtMs: number }) {
  return { first_failed_at_ms: first_failed_at_ms ?? failedAtMs, last_failed_at_ms: failedAtMs };
}

/** A message that goes back to wait takes the place of a newer one that would do the same. @returns what it tells then. */
async function foldNewer(transaction: Transaction, message: MessageRow): Promise<string> {
  if (message.coalesce_key === null) return message.payload;
  // Deleted and read in one act: what is folded into it meanwhile is read as well.
  const newer = await transaction
    .deleteFrom('mailbox_messages')
    .where('connection_id', '=', message.connection_id)
    .where('coalesce_key', '=', message.coalesce_key)
    .where('state', '=', WAITING)
    .returning(['id', 'payload'])
    .execute();
  let told = message.payload;
  for (const { id, payload } of newer) {
    told = JSON.stringify(foldMessages(JSON.parse(told) as QueueMessage, JSON.parse(payload) as QueueMessage));
    await transaction
      .updateTable('runs')
      .set((row) => ({
        status: 'skipped',
        error: 'an earlier run of the same kind is being tried again',
        finished_at: row.ref('queued_at'),
      }))
      .where('id', '=', id)
      .execute();
  }
  return told;
}

function settleRun(transaction: Transaction, id: string, end: Settlement['run']) {
  return transaction
    .updateTable('runs')
    .set((row) => ({
      status: end.status,
      error: end.error,
      items_created: row('items_created', '+', end.itemsCreated),
      items_updated: row('items_updated', '+', end.itemsUpdated),
      finished_at: isoOrAbsent(end.finishedAtMs) ?? null,
    }))
    .where('id', '=', id)
    .execute();
}

function lockConnection(
  transaction: Transaction,
  dialect: Database['dialect'],
  id: string,
): Promise<ConnectionRow | undefined> {
  return lockRows(transaction.selectFrom('connections').selectAll().where('id', '=', id), dialect).executeTakeFirst();
}

async function settleConnection(
  transaction: Transaction,
  row: ConnectionRow,
  { cursors, health, schedule, handledDelivery }: Settlement,
): Promise<void> {
  const changes: Partial<typeof row> = {};
  if (handledDelivery !== null) {
    const handled = [...(JSON.parse(row.handled_deliveries) as string[]), handledDelivery];
    changes.handled_deliveries = JSON.stringify(handled.slice(-MAX_HANDLED_DELIVERIES));
  }
  if (cursors) {
    const stored = JSON.parse(row.cursors) as Record<string, unknown>;
    for (const key of cursors.cleared) delete stored[key];
    changes.cursors = JSON.stringify({ ...stored, ...cursors.set });
  }
  if (health) {
    // What became of the Connection while the run went on is for people to change, not for the run.
    const held = row.runtime_status === 'paused' || row.runtime_status === 'reauth_required';
    if (!held) changes.runtime_status = health.runtimeStatus;
    changes.consecutive_failures = health.consecutiveFailures;
    changes.action_required = health.actionRequired && row.reauth_reason === null ? 1 : 0;
    changes.last_sync_at_ms = health.lastSyncAtMs ?? row.last_sync_at_ms;
    changes.last_error_at_ms = health.lastErrorAtMs;
  }
  if (schedule.action === 'disarm') Object.assign(changes, { tick_at_ms: null, due_at_ms: null });
  if (schedule.action === 'arm') Object.assign(changes, { tick_at_ms: schedule.tickAtMs, due_at_ms: schedule.dueAtMs });
  if (Object.keys(changes).length === 0) return;
  await transaction.updateTable('connections').set(changes).where('id', '=', row.id).execute();
  await mirrorConnection(transaction, { ...row, ...changes });
}

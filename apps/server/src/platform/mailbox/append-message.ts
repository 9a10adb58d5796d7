import type { AppendResult, NewMessage } from '@withmarfa/engine';
import type { Transaction } from '../database/database.ts';
import { foldWaiting } from './fold-waiting.ts';

/** Inserts a message with its queued run, or refuses it. The unique indexes are the claim, never a look beforehand. */
export async function appendMessage(transaction: Transaction, message: NewMessage): Promise<AppendResult> {
  const { connectionId, dedupeKey } = message;
  if (dedupeKey !== undefined && !(await claimKey(transaction, connectionId, dedupeKey, message.queuedAtMs))) {
    return { accepted: false, reason: 'duplicate' };
  }
  while (!(await insertMessage(transaction, message))) {
    // What refused it may be gone by now; then there is room.
    const mayFold = message.message.kind === 'item-event' && message.coalesceKey !== undefined;
    if (mayFold && !(await foldWaiting(transaction, message))) continue;
    if (dedupeKey !== undefined) await releaseKey(transaction, connectionId, dedupeKey);
    return { accepted: false, reason: 'already_waiting' };
  }
  await transaction
    .insertInto('runs')
    .values({
      id: message.id,
      space_id: message.spaceId,
      connection_id: connectionId,
      trigger: message.message.kind,
      status: 'queued',
      attempt: 0,
      queued_at: new Date(message.queuedAtMs).toISOString(),
      started_at: null,
      finished_at: null,
      error: null,
      items_created: 0,
      items_updated: 0,
      replay_of: message.replayOf ?? null,
    })
    .execute();
  return { accepted: true };
}

async function claimKey(
  transaction: Transaction,
  connection_id: string,
  dedupe_key: string,
  accepted_at_ms: number,
): Promise<boolean> {
  const result = await transaction
    .insertInto('mailbox_keys')
    .values({ connection_id, dedupe_key, accepted_at_ms })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

function releaseKey(transaction: Transaction, connectionId: string, dedupeKey: string) {
  return transaction
    .deleteFrom('mailbox_keys')
    .where('connection_id', '=', connectionId)
    .where('dedupe_key', '=', dedupeKey)
    .execute();
}

async function insertMessage(transaction: Transaction, message: NewMessage): Promise<boolean> {
  const result = await transaction
    .insertInto('mailbox_messages')
    .values({
      id: message.id,
      space_id: message.spaceId,
      connection_id: message.connectionId,
      payload: JSON.stringify(message.message),
      kind: message.message.kind,
      receipt_id: message.receiptId ?? null,
      first_failed_at_ms: null,
      last_failed_at_ms: null,
      subject: message.subject ?? null,
      coalesce_key: message.coalesceKey ?? null,
      state: 'waiting',
      attempt: 0,
      fence: 0,
      not_before_ms: 0,
      queued_at_ms: message.queuedAtMs,
      reason: null,
    })
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

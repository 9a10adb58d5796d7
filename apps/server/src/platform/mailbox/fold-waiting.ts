import { foldMessages, type NewMessage } from '@withmarfa/engine';
import type { QueueMessage } from '@withmarfa/shared';
import type { Transaction } from '../database/database.ts';
import { WAITING } from '../database/index-hints.ts';

/**
 * Leaves what a refused message tells with the one that waits in its place.
 * @returns false when none waits any more: it was claimed or folded away meanwhile.
 */
export async function foldWaiting(
  transaction: Transaction,
  { connectionId, coalesceKey, message }: Pick<NewMessage, 'connectionId' | 'coalesceKey' | 'message'>,
): Promise<boolean> {
  if (coalesceKey === undefined) return false;
  const waiting = await transaction
    .selectFrom('mailbox_messages')
    .select(['seq', 'payload'])
    .where('connection_id', '=', connectionId)
    .where('coalesce_key', '=', coalesceKey)
    .where('state', '=', WAITING)
    .executeTakeFirst();
  if (!waiting) return false;
  const folded = JSON.stringify(foldMessages(JSON.parse(waiting.payload) as QueueMessage, message));
  // Compared with what was read: of two who fold at once, the slower folds into what the faster left.
  const result = await transaction
    .updateTable('mailbox_messages')
    .set({ payload: folded })
    .where('seq', '=', waiting.seq)
    .where('state', '=', 'waiting')
    .where('payload', '=', waiting.payload)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

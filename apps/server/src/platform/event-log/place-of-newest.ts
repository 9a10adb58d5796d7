import type { Database, Transaction } from '../database/database.ts';
import type { EventPosition } from './event-position.ts';

/**
 * @returns the place of the newest event about an item of a space; in the transaction that wrote it, that one's. What is
 *   committed later stands behind it.
 */
export async function placeOfNewest(
  transaction: Transaction,
  dialect: Database['dialect'],
  { spaceId, subjectId }: { spaceId: string; subjectId: string },
): Promise<EventPosition> {
  let select = transaction
    .selectFrom('events')
    .select(['tx', 'seq'])
    .where('space_id', '=', spaceId)
    .where('subject_id', '=', subjectId);
  if (dialect === 'postgres') select = select.orderBy('tx', 'desc');
  return select.orderBy('seq', 'desc').limit(1).executeTakeFirstOrThrow();
}

import type { Queryable, Transaction } from '../database/database.ts';

/** Who goes through the log in the background. No event is removed for its age before they have seen it. */
export type EventFollower = 'webhooks' | 'connections';

/** Under which setting each keeps how far it is. */
export const FOLLOWER_MARKS = {
  webhooks: 'events.routed_through',
  connections: 'events.dispatched_through',
} as const satisfies Record<EventFollower, string>;

/** @returns whether there is anybody who is to be told. */
export async function isWaitedFor(queryable: Queryable, follower: EventFollower): Promise<boolean> {
  const row =
    follower === 'webhooks'
      ? await queryable.selectFrom('webhooks').select('id').where('active', '=', 1).executeTakeFirst()
      : await queryable
          .selectFrom('connections')
          .select('id')
          .where('told_since_seq', 'is not', null)
          .where('active', '=', 1)
          .executeTakeFirst();
  return row !== undefined;
}

/** Puts everybody's beginning before all events of a log whose order was made anew. */
export async function startFromTheBeginning(transaction: Transaction): Promise<void> {
  await transaction.updateTable('webhooks').set({ since_tx: 0, since_seq: 0, since_present: null }).execute();
  await transaction
    .updateTable('connections')
    .set({ told_since_tx: 0, told_since_seq: 0 })
    .where('told_since_seq', 'is not', null)
    .execute();
}

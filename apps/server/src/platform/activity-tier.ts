import type { Tier } from '@withmarfa/shared';
import type { Queryable } from './database/database.ts';

/** @returns the tier of a Connection's activity rows: `feed` where its person asked for that, else none. */
export async function activityTier(queryable: Queryable, connectionId: string): Promise<Tier | null> {
  const row = await queryable
    .selectFrom('connections')
    .select('feed_activity')
    .where('id', '=', connectionId)
    .executeTakeFirst();
  return row?.feed_activity === 1 ? 'feed' : null;
}

import type { Profile } from './profiles.ts';
import { openRecord } from './webhooks.ts';

/** Everything that the event log holds. */
export async function eventsOf(profile: Profile) {
  const database = await openRecord(profile);
  try {
    return await database.read.selectFrom('events').selectAll().execute();
  } finally {
    await database.close();
  }
}

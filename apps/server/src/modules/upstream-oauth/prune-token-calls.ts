import type { Platform } from '../../platform/platform.ts';

/** How long the journal of token calls is kept, in milliseconds. */
const KEPT_MS = 30 * 86_400_000;

/** Removes journal entries that ended long ago. */
export async function pruneTokenCalls({ database, now }: Pick<Platform, 'database' | 'now'>): Promise<void> {
  await database.write((transaction) =>
    transaction
      .deleteFrom('token_calls')
      .where('started_at_ms', '<', now().getTime() - KEPT_MS)
      .execute(),
  );
}

import type { Transaction } from './database/database.ts';

const WARN_EVERY_MS = 3_600_000;

/**
 * Claims the right to warn people of something about a Connection: once an hour for each kind, however often it happens.
 * A table of its own, not a column of the Connection: the end of a run locks that row, and would wait for what is written here.
 */
export async function isWarningDue(
  transaction: Transaction,
  { connectionId, kind, nowMs }: { connectionId: string; kind: string; nowMs: number },
): Promise<boolean> {
  const result = await transaction
    .insertInto('connection_warnings')
    .values({ connection_id: connectionId, kind, told_at_ms: nowMs })
    .onConflict((conflict) =>
      conflict
        .columns(['connection_id', 'kind'])
        .doUpdateSet({ told_at_ms: nowMs })
        .where('connection_warnings.told_at_ms', '<=', nowMs - WARN_EVERY_MS),
    )
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

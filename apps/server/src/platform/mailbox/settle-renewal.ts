import type { RenewalEnd } from '@withmarfa/engine';
import type { Selectable } from 'kysely';
import type { Transaction } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { insertSystemItem, PLATFORM_SOURCE, revokeSystemItem } from '../system-items.ts';

type ConnectionRow = Selectable<Tables['connections']>;

/** Writes what the end of a renewal says. @param connection locked by the caller. */
export async function settleRenewal(
  transaction: Transaction,
  connection: ConnectionRow,
  { end, at, newId }: { end: RenewalEnd; at: Date; newId: () => string },
): Promise<void> {
  const { id: connection_id, space_id } = connection;
  const before = await transaction
    .selectFrom('connection_renewals')
    .select('told_activity_id')
    .where('connection_id', '=', connection_id)
    .executeTakeFirst();
  const values = {
    ...(end.registrations === null ? {} : { registrations: JSON.stringify(end.registrations) }),
    due_at_ms: end.dueAtMs,
    told_activity_id: await tell(before?.told_activity_id ?? null),
  };
  await transaction
    .insertInto('connection_renewals')
    .values({ connection_id, space_id, registrations: '[]', ...values })
    .onConflict((conflict) => conflict.column('connection_id').doUpdateSet(values))
    .execute();

  /** @returns the row that is open afterwards. */
  async function tell(open: string | null): Promise<string | null> {
    const { trouble } = end;
    if (trouble.state === 'solved' && open !== null) await revokeSystemItem(transaction, space_id, open, at);
    if (trouble.state === 'solved') return null;
    // Whoever has to connect the account again has been told: what failed for want of it is no second call.
    if (trouble.state === 'keep' || connection.reauth_reason !== null) return open;
    const id = newId();
    const { severity, summary, detail } = trouble.row;
    await insertSystemItem(transaction, {
      id,
      spaceId: space_id,
      type: 'system.activity',
      properties: { connection_id, severity, summary, detail },
      source: PLATFORM_SOURCE,
      tier: connection.feed_activity === 1 ? 'feed' : null,
      at,
    });
    return id;
  }
}

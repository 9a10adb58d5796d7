import type { PlannedRenewal, Renewals } from '@withmarfa/engine';
import type { Database, Queryable } from '../database/database.ts';
import { appendMessage } from './append-message.ts';

/** Renewals as a column beside what they renew. */
export function createSqlRenewals(database: Database): Renewals {
  return {
    async due(nowMs, limit) {
      const rows = await planned(database.read)
        .select(['connection.id', 'connection.space_id', 'connection.integration_name', 'renewal.due_at_ms'])
        .where('renewal.due_at_ms', '<=', nowMs)
        .orderBy('renewal.due_at_ms')
        .limit(limit)
        .execute();
      return rows.flatMap((row): PlannedRenewal[] =>
        row.due_at_ms === null
          ? []
          : [
              {
                connectionId: row.id,
                spaceId: row.space_id,
                integrationName: row.integration_name,
                dueAtMs: row.due_at_ms,
              },
            ],
      );
    },

    async nextDueAtMs() {
      const row = await planned(database.read)
        .select('renewal.due_at_ms')
        .orderBy('renewal.due_at_ms')
        .limit(1)
        .executeTakeFirst();
      return row?.due_at_ms ?? null;
    },

    claim: ({ connectionId, dueAtMs }, message) =>
      database.write(async (transaction) => {
        const { numUpdatedRows } = await transaction
          .updateTable('connection_renewals')
          .set({ due_at_ms: null })
          .where('connection_id', '=', connectionId)
          .where('due_at_ms', '=', dueAtMs)
          .executeTakeFirst();
        if (numUpdatedRows === 0n) return 'lost';
        return (await appendMessage(transaction, message)).accepted ? 'fired' : 'already_waiting';
      }),
  };
}

function planned(queryable: Queryable) {
  return queryable
    .selectFrom('connection_renewals as renewal')
    .innerJoin('connections as connection', 'connection.id', 'renewal.connection_id')
    .where('renewal.due_at_ms', 'is not', null)
    .where('connection.active', '=', 1);
}

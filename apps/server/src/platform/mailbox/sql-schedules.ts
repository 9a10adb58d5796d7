import type { ArmedSchedule, Schedules } from '@withmarfa/engine';
import type { Database, Queryable, Transaction } from '../database/database.ts';
import { appendMessage } from './append-message.ts';
import { mirrorConnection } from './mirror-connection.ts';

/** Schedules as two columns of the Connection: when the armed tick is, and when it fires. */
export function createSqlSchedules(database: Database): Schedules {
  const set = (connectionId: string, times: { tick_at_ms: number | null; due_at_ms: number | null }) =>
    database.write(async (transaction) => {
      const row = await transaction
        .updateTable('connections')
        .set(times)
        .where('id', '=', connectionId)
        .returningAll()
        .executeTakeFirst();
      if (row) await mirrorConnection(transaction, row);
    });

  return {
    arm: ({ connectionId, tickAtMs, dueAtMs }) => set(connectionId, { tick_at_ms: tickAtMs, due_at_ms: dueAtMs }),
    disarm: (connectionId) => set(connectionId, { tick_at_ms: null, due_at_ms: null }),

    async due(nowMs, limit) {
      const rows = await runnable(database.read)
        .selectAll()
        .where('due_at_ms', '<=', nowMs)
        .orderBy('due_at_ms')
        .limit(limit)
        .execute();
      return rows.flatMap((row): ArmedSchedule[] =>
        row.tick_at_ms === null || row.due_at_ms === null
          ? []
          : [
              {
                connectionId: row.id,
                spaceId: row.space_id,
                integrationName: row.integration_name,
                crons: JSON.parse(row.crons) as string[],
                tickAtMs: row.tick_at_ms,
                dueAtMs: row.due_at_ms,
              },
            ],
      );
    },

    async nextDueAtMs() {
      const row = await runnable(database.read).select('due_at_ms').orderBy('due_at_ms').limit(1).executeTakeFirst();
      return row?.due_at_ms ?? null;
    },

    claim: (schedule, next, message) =>
      database.write(async (transaction: Transaction) => {
        const row = await transaction
          .updateTable('connections')
          .set({ tick_at_ms: next?.tickAtMs ?? null, due_at_ms: next?.dueAtMs ?? null })
          .where('id', '=', schedule.connectionId)
          .where('tick_at_ms', '=', schedule.tickAtMs)
          .where('due_at_ms', '=', schedule.dueAtMs)
          .returningAll()
          .executeTakeFirst();
        if (!row) return 'lost';
        await mirrorConnection(transaction, row);
        return (await appendMessage(transaction, message)).accepted ? 'fired' : 'already_waiting';
      }),
  };
}

function runnable(queryable: Queryable) {
  return queryable
    .selectFrom('connections')
    .where('due_at_ms', 'is not', null)
    .where('active', '=', 1)
    .where('runtime_status', '<>', 'paused');
}

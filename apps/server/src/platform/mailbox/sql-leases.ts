import type { Lease, Leases } from '@withmarfa/engine';
import type { Database, Transaction } from '../database/database.ts';
import { lockRows } from '../database/row-lock.ts';

/** Leases as rows that stay: the fence must keep rising over every holder a Connection ever had. */
export function createSqlLeases(database: Database): Leases {
  return {
    async acquire(connectionId, holder, nowMs, ttlMs) {
      const expires_at_ms = nowMs + ttlMs;
      const row = await database.write((transaction) =>
        transaction
          .insertInto('connection_leases')
          .values({ connection_id: connectionId, holder, fence: 1, expires_at_ms })
          .onConflict((conflict) =>
            conflict
              .column('connection_id')
              .doUpdateSet((stored) => ({ holder, fence: stored('connection_leases.fence', '+', 1), expires_at_ms }))
              .where('connection_leases.expires_at_ms', '<=', nowMs),
          )
          .returning('fence')
          .executeTakeFirst(),
      );
      return row ? { connectionId, holder, fence: row.fence } : null;
    },

    async renew(lease, nowMs, ttlMs) {
      const result = await database.write((transaction) =>
        ownLease(transaction, lease)
          .set({ expires_at_ms: nowMs + ttlMs })
          .executeTakeFirst(),
      );
      return result.numUpdatedRows > 0n;
    },

    async release(lease) {
      await database.write((transaction) =>
        ownLease(transaction, lease).set({ holder: '', expires_at_ms: 0 }).execute(),
      );
    },
  };
}

function ownLease(transaction: Transaction, { connectionId, holder, fence }: Lease) {
  return transaction
    .updateTable('connection_leases')
    .where('connection_id', '=', connectionId)
    .where('fence', '=', fence)
    .where('holder', '=', holder);
}

/** @returns whether `lease` is the Connection's current one; nobody can take it over before the transaction ends. */
export async function holdsLease(
  transaction: Transaction,
  dialect: Database['dialect'],
  lease: Lease,
): Promise<boolean> {
  const select = transaction
    .selectFrom('connection_leases')
    .select('fence')
    .where('connection_id', '=', lease.connectionId)
    .where('fence', '=', lease.fence)
    .where('holder', '=', lease.holder);
  const row = await lockRows(select, dialect).executeTakeFirst();
  return row !== undefined;
}

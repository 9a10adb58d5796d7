import { MarfaError } from '@withmarfa/shared';
import { sql } from 'kysely';
import type { Transaction } from './database.ts';

/**
 * Runs a part of a transaction that stands for itself: a refusal undoes that part alone.
 * @throws what is no MarfaError: then the whole transaction has failed.
 */
export async function attempt<Result>(
  transaction: Transaction,
  work: () => Promise<Result>,
): Promise<{ ok: true; result: Result } | { ok: false; error: MarfaError }> {
  await sql`savepoint attempt`.execute(transaction);
  try {
    const result = await work();
    await sql`release savepoint attempt`.execute(transaction);
    return { ok: true, result };
  } catch (error) {
    if (!MarfaError.is(error)) throw error;
    await sql`rollback to savepoint attempt`.execute(transaction);
    await sql`release savepoint attempt`.execute(transaction);
    return { ok: false, error };
  }
}

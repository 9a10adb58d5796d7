import { MarfaError } from '@withmarfa/shared';
import type { Transaction } from './database.ts';
import { inSavepoint } from './in-savepoint.ts';

/**
 * Runs a part of a transaction that stands for itself: a refusal undoes that part alone.
 * @throws what is no MarfaError: then the whole transaction has failed.
 */
export async function attempt<Result>(
  transaction: Transaction,
  work: () => Promise<Result>,
): Promise<{ ok: true; result: Result } | { ok: false; error: MarfaError }> {
  try {
    return { ok: true, result: await inSavepoint(transaction, work) };
  } catch (error) {
    if (!MarfaError.is(error)) throw error;
    return { ok: false, error };
  }
}

import { CompiledQuery } from 'kysely';
import type { Transaction } from './database.ts';

// Savepoints of one name lie in each other like those of different names.
const OPEN = CompiledQuery.raw('savepoint part');
const CLOSE = CompiledQuery.raw('release savepoint part');
const UNDO = CompiledQuery.raw('rollback to savepoint part');

/** Runs a part of a transaction that may fail by itself: what it wrote is undone, and the rest stands. */
export async function inSavepoint<Result>(transaction: Transaction, work: () => Promise<Result>): Promise<Result> {
  await transaction.executeQuery(OPEN);
  try {
    const result = await work();
    await transaction.executeQuery(CLOSE);
    return result;
  } catch (error) {
    // When the store itself fails, the savepoint may be gone with the transaction; the first fault is the one to tell.
    await undo(transaction).catch(() => undefined);
    throw error;
  }
}

async function undo(transaction: Transaction): Promise<void> {
  await transaction.executeQuery(UNDO);
  await transaction.executeQuery(CLOSE);
}

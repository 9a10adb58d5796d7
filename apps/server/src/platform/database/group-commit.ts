import { MarfaError } from '@withmarfa/shared';
import { CompiledQuery, type Kysely, sql } from 'kysely';
import { runAfterCommit } from './after-commit.ts';
import type { Transaction } from './database.ts';
import { asStorageFault } from './storage-fault.ts';
import type { Tables } from './tables.ts';

interface Waiting {
  run(transaction: Transaction): Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

const BEGIN = CompiledQuery.raw('begin immediate');
const COMMIT = CompiledQuery.raw('commit');
const ROLLBACK = CompiledQuery.raw('rollback');
const OPEN_UNIT = CompiledQuery.raw('savepoint unit');
const CLOSE_UNIT = CompiledQuery.raw('release unit');

/** Units that share one commit at the most; bounds how long the first of them waits. */
const MAX_GROUP = 256;

/**
 * Lets the units of work that arrive together share one transaction, so that durability costs one fsync for all of
 * them. One that throws leaves nothing behind and does not disturb the others: they are run again, each in a savepoint.
 * No unit is told it succeeded before the commit is on disk.
 */
export function createGroupCommit(database: Kysely<Tables>) {
  let queue: Waiting[] = [];
  let working: Promise<void> | null = null;

  async function work(): Promise<void> {
    // One turn of the event loop gathers everything that the current requests bring.
    await new Promise((resolve) => setImmediate(resolve));
    while (queue.length > 0) {
      const group = queue.slice(0, MAX_GROUP);
      queue = queue.slice(MAX_GROUP);
      await commit(group);
    }
    working = null;
  }

  async function commit(group: Waiting[]): Promise<void> {
    try {
      const survivors = await database.connection().execute((connection) => runGroup(connection as Transaction, group));
      for (const unit of survivors) unit.resolve();
    } catch (error) {
      const fault = asStorageFault(error);
      for (const unit of group) unit.reject(fault);
    }
  }

  return {
    write<Result>(unit: (transaction: Transaction) => Promise<Result>): Promise<Result> {
      return new Promise<Result>((resolve, reject) => {
        let result: Result;
        queue.push({
          run: async (transaction) => {
            result = await unit(transaction);
          },
          resolve: () => resolve(result),
          reject,
        });
        working ??= work();
      });
    },
    /** Resolves when nothing waits any more. */
    async drain(): Promise<void> {
      while (working) await working;
    },
  };
}

interface Failure {
  unit: Waiting;
  error: unknown;
}

/** @returns the units whose work is on disk; those that failed by themselves have been told. */
async function runGroup(connection: Transaction, group: Waiting[]): Promise<Waiting[]> {
  // A savepoint for each unit costs as much as a small write. Units nearly always succeed, so they are tried without.
  const failure = await inTransaction(connection, () => firstFailure(connection, group));
  if (!failure) return group;
  if (MarfaError.is(failure.error, 'storage_unavailable')) throw failure.error;
  if (group.length > 1) return runEachInSavepoint(connection, group);
  failure.unit.reject(failure.error);
  return [];
}

async function firstFailure(connection: Transaction, group: Waiting[]): Promise<Failure | null> {
  for (const unit of group) {
    try {
      await unit.run(connection);
    } catch (error) {
      return { unit, error: asStorageFault(error) };
    }
  }
  return null;
}

async function runEachInSavepoint(connection: Transaction, group: Waiting[]): Promise<Waiting[]> {
  const survivors: Waiting[] = [];
  await inTransaction(connection, async () => {
    for (const unit of group) {
      if (await runInSavepoint(connection, unit)) survivors.push(unit);
    }
    return null;
  });
  return survivors;
}

/** Commits, unless `work` tells of a failure: then nothing was written. */
async function inTransaction(connection: Transaction, work: () => Promise<Failure | null>): Promise<Failure | null> {
  await connection.executeQuery(BEGIN);
  try {
    const failure = await work();
    if (failure) {
      await rollBack(connection);
      return failure;
    }
    await connection.executeQuery(COMMIT);
  } catch (error) {
    await rollBack(connection);
    throw error;
  }
  runAfterCommit(connection);
  return null;
}

/** SQLite ends a transaction by itself when the disk is full or fails; then there is nothing left to roll back. */
async function rollBack(connection: Transaction): Promise<void> {
  await connection.executeQuery(ROLLBACK).catch(() => undefined);
}

async function runInSavepoint(connection: Transaction, unit: Waiting): Promise<boolean> {
  await connection.executeQuery(OPEN_UNIT);
  try {
    await unit.run(connection);
    await connection.executeQuery(CLOSE_UNIT);
    return true;
  } catch (error) {
    const fault = asStorageFault(error);
    // The store itself failed: the whole group has to be told, and the savepoint may be gone already.
    if (MarfaError.is(fault, 'storage_unavailable')) throw error;
    await sql`rollback to unit`.execute(connection);
    await sql`release unit`.execute(connection);
    unit.reject(fault);
    return false;
  }
}

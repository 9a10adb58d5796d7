import { type Kysely, sql } from 'kysely';
import type { Transaction } from './database.ts';
import { asStorageFault } from './storage-fault.ts';
import type { Tables } from './tables.ts';

interface Waiting {
  run(transaction: Transaction): Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

/** Units that share one commit at the most; bounds how long the first of them waits. */
const MAX_GROUP = 256;

/**
 * Lets the units of work that arrive together share one transaction, so that durability costs one fsync for all of
 * them. Each runs in a savepoint of its own: one that throws leaves nothing behind and does not disturb the others.
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
    const survivors: Waiting[] = [];
    try {
      await database.transaction().execute(async (transaction) => {
        for (const unit of group) {
          if (await runInSavepoint(transaction, unit)) survivors.push(unit);
        }
      });
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

async function runInSavepoint(transaction: Transaction, unit: Waiting): Promise<boolean> {
  await sql`savepoint unit`.execute(transaction);
  try {
    await unit.run(transaction);
    await sql`release unit`.execute(transaction);
    return true;
  } catch (error) {
    // A full disk can end the whole transaction by itself; then this throws and the group is told so.
    await sql`rollback to unit`.execute(transaction);
    await sql`release unit`.execute(transaction);
    unit.reject(asStorageFault(error));
    return false;
  }
}

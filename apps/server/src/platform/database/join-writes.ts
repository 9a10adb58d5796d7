import { AsyncLocalStorage } from 'node:async_hooks';
import type { Database, PlainDatabase, Transaction } from './database.ts';
import { followScope } from './follow-scope.ts';
import { inSavepoint } from './in-savepoint.ts';

/** A transaction that the code it runs can join, however deep. */
interface Scope {
  transaction: Transaction;
  open: boolean;
  /** Those who joined go one after the other: savepoints of one connection cannot lie side by side. */
  last: Promise<void>;
}

/**
 * Lets units of work become parts of one larger unit without knowing of it: inside of `writeTogether` every `write` runs
 * in a savepoint of the one transaction, and every `read` sees what was written there.
 */
export function joinWrites(base: PlainDatabase & Pick<Database, 'commits'>): Database {
  const scopes = new AsyncLocalStorage<Scope>();

  function scope(): Scope | null {
    const current = scopes.getStore();
    // What outlives its transaction, such as work that nobody waits for, stands for itself.
    return current?.open ? current : null;
  }

  async function runScope<Result>(
    transaction: Transaction,
    unit: (transaction: Transaction) => Promise<Result>,
  ): Promise<Result> {
    const own: Scope = { transaction, open: true, last: Promise.resolve() };
    try {
      const result = await scopes.run(own, unit, transaction);
      await own.last;
      return result;
    } finally {
      own.open = false;
    }
  }

  async function join<Result>(outer: Scope, unit: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const before = outer.last;
    const { promise, resolve } = Promise.withResolvers<void>();
    outer.last = promise;
    try {
      await before;
      if (!outer.open) return await base.write(unit);
      return await inSavepoint(outer.transaction, () => runScope(outer.transaction, unit));
    } finally {
      resolve();
    }
  }

  const apart: Database = {
    ...base,
    get apart() {
      return apart;
    },
    writeTogether: (unit) => base.write((transaction) => runScope(transaction, unit)),
  };

  return {
    ...apart,
    apart,
    shared: followScope(base.shared, () => scope()?.transaction ?? null),
    get read() {
      return scope()?.transaction ?? base.read;
    },
    write(unit) {
      const outer = scope();
      return outer ? join(outer, unit) : base.write(unit);
    },
  };
}

import { LRUCache } from 'lru-cache';
import { afterCommit } from './database/after-commit.ts';
import type { Database, Transaction } from './database/database.ts';

/** What was read from the record and stays true until this process changes it. */
export interface Remembered<Value extends object> {
  /** @returns what is remembered, or what `read` finds, which is then remembered unless something changed meanwhile. */
  get(key: string, read: () => Promise<Value | undefined>): Promise<Value | undefined>;
  /** To be called in every transaction that changes what may be remembered. */
  forgetAll(transaction: Transaction): void;
}

/**
 * Remembers rows where this process is the only one that writes; where others write as well, every look is a read, so
 * that what another process revoked is dead on the next request here.
 */
export function createRemembered<Value extends object>(
  database: Pick<Database, 'isSoleWriter'>,
  maxEntries: number,
): Remembered<Value> {
  const kept = new LRUCache<string, Value>({ max: maxEntries });
  let generation = 0;
  return {
    async get(key, read) {
      if (!database.isSoleWriter) return read();
      const known = kept.get(key);
      if (known) return known;
      const before = generation;
      const found = await read();
      // What was read before a commit and would be kept after it would be stale for ever.
      if (found && generation === before) kept.set(key, found);
      return found;
    },
    forgetAll(transaction) {
      afterCommit(transaction, () => {
        generation += 1;
        kept.clear();
      });
    },
  };
}

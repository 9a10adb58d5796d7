import { LRUCache } from 'lru-cache';
import { afterCommit } from './database/after-commit.ts';
import type { Database, Transaction } from './database/database.ts';

/** What was read from the record and stays true until this process changes it. */
export interface Remembered<Value extends object> {
  /** @returns what is remembered, or what `read` finds, which is then remembered unless something changed meanwhile. */
  get(key: string, read: () => Promise<Value | undefined>): Promise<Value | undefined>;
  /** To be called in every transaction that changes what may be remembered. */
  forgetAll(transaction: Transaction): void;
  /** @returns room for rows of another kind, which the same changes make untrue. */
  beside<Other extends object>(): Remembered<Other>;
}

/**
 * Remembers rows where this process is the only one that writes; where others write as well, every look is a read, so
 * that what another process revoked is dead on the next request here.
 * @param maxEntries of each kind.
 */
export function createRemembered<Value extends object>(
  database: Pick<Database, 'isSoleWriter'>,
  maxEntries: number,
): Remembered<Value> {
  const rooms: { clear(): void }[] = [];
  let generation = 0;

  function open<Kind extends object>(): Remembered<Kind> {
    const kept = new LRUCache<string, Kind>({ max: maxEntries });
    rooms.push(kept);
    return {
      beside: open,
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
          for (const room of rooms) room.clear();
        });
      },
    };
  }

  return open<Value>();
}

/**
 * Remembers rows that many kinds of changes touch: until the next commit of this process, whatever that changes, so that
 * nobody has to say so. A commit forgets before anybody is told of it. Where others write as well, every look is a read.
 * @param maxEntries of all.
 */
export function rememberUntilCommit<Value extends object>(
  { isSoleWriter, commits }: Pick<Database, 'isSoleWriter' | 'commits'>,
  maxEntries: number,
): Pick<Remembered<Value>, 'get'> {
  const kept = new LRUCache<string, Value>({ max: maxEntries });
  let generation = 0;
  if (isSoleWriter)
    commits.listen(() => {
      generation += 1;
      kept.clear();
    });
  return {
    async get(key, read) {
      if (!isSoleWriter) return read();
      const known = kept.get(key);
      if (known) return known;
      const before = generation;
      const found = await read();
      // What was read before a commit and would be kept after it would be stale for ever.
      if (found && generation === before) kept.set(key, found);
      return found;
    },
  };
}

import type { Transaction } from './database.ts';

const waiting = new WeakMap<object, (() => void)[]>();

/**
 * Runs something in this process once the work of a transaction is on disk, before anybody is told that it succeeded.
 * It may also run when the work failed, or twice when a unit was run again: only what does no harm then belongs here, such
 * as forgetting what was remembered.
 */
export function afterCommit(transaction: Transaction, callback: () => void): void {
  const callbacks = waiting.get(transaction);
  if (callbacks) callbacks.push(callback);
  else waiting.set(transaction, [callback]);
}

/** For what commits: runs what was asked for with {@link afterCommit}. */
export function runAfterCommit(transaction: Transaction): void {
  const callbacks = waiting.get(transaction) ?? [];
  waiting.delete(transaction);
  for (const callback of callbacks) callback();
}

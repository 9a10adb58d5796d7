import type { Queryable, Transaction } from './database.ts';

/**
 * A database for libraries that keep the object they were given: every call goes to the transaction that the caller is
 * in the middle of, and to the database itself where there is none. A transaction that is asked for inside of another
 * is that other one; what it throws does not undo it.
 */
export function followScope(base: Queryable, current: () => Transaction | null): Queryable {
  return new Proxy(base, {
    get(_, name) {
      const transaction = current();
      if (transaction !== null && name === 'transaction') return () => joined(transaction);
      const target = transaction ?? base;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function joined(transaction: Transaction) {
  const builder = {
    setIsolationLevel: () => builder,
    setAccessMode: () => builder,
    execute: <Result>(unit: (transaction: Transaction) => Promise<Result>) => unit(transaction),
  };
  return builder;
}

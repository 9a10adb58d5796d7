import type { Commits } from './commits.ts';
import type { PlainDatabase } from './database.ts';

/** Wraps a database so that every unit of work that was committed is announced. */
export function announceCommits(database: PlainDatabase): { database: PlainDatabase; commits: Commits } {
  const listeners = new Set<() => void>();
  async function announced<Result>(work: Promise<Result>): Promise<Result> {
    const result = await work;
    for (const listener of listeners) listener();
    return result;
  }
  return {
    database: {
      ...database,
      write: (unit) => announced(database.write(unit)),
      writeTogether: (unit) => announced(database.writeTogether(unit)),
    },
    commits: {
      listen(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
}

import type { Commits } from './commits.ts';
import type { PlainDatabase } from './database.ts';

/** Wraps a database so that every unit of work that was committed is announced. */
export function announceCommits(database: PlainDatabase): { database: PlainDatabase; commits: Commits } {
  const listeners = new Set<() => void>();
  return {
    database: {
      ...database,
      async write(unit) {
        const result = await database.write(unit);
        for (const listener of listeners) listener();
        return result;
      },
    },
    commits: {
      listen(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  };
}

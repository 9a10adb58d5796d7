import type { Database } from './database.ts';

/** Tells who waits for changes that this process has committed one. Other processes' commits are theirs to tell. */
export interface Commits {
  /** @returns a way to stop listening. Listeners must return at once and never throw. */
  listen(listener: () => void): () => void;
}

/** Wraps a database so that every unit of work that was committed is announced. */
export function announceCommits(database: Database): { database: Database; commits: Commits } {
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

import type { Database } from './database.ts';

/**
 * Makes a select hold off other writers of its rows until the transaction ends. Whoever only refers to a row does not wait:
 * it may hold what the writer of the row wants next. SQLite has one writer anyway.
 */
export function lockRows<Query extends { forNoKeyUpdate(): Query }>(query: Query, dialect: Database['dialect']): Query {
  return dialect === 'postgres' ? query.forNoKeyUpdate() : query;
}

/** As {@link lockRows}, for rows that go away: whoever begins to refer to one waits, and finds it gone. */
export function lockRowsToRemove<Query extends { forUpdate(): Query }>(
  query: Query,
  dialect: Database['dialect'],
): Query {
  return dialect === 'postgres' ? query.forUpdate() : query;
}

/**
 * Makes a select keep its rows from being deleted until the transaction ends. Other holders, and writers that leave the
 * key alone, do not wait. SQLite has one writer anyway.
 */
export function holdRows<Query extends { forKeyShare(): Query }>(query: Query, dialect: Database['dialect']): Query {
  return dialect === 'postgres' ? query.forKeyShare() : query;
}

/** As {@link lockRows}, passing over the rows that somebody else holds instead of waiting for them. */
export function claimRows<Query extends { forUpdate(): Query; skipLocked(): Query }>(
  query: Query,
  dialect: Database['dialect'],
): Query {
  return dialect === 'postgres' ? query.forUpdate().skipLocked() : query;
}

import type { Database } from './database.ts';

/** Makes a select hold off other writers of its rows until the transaction ends. SQLite has one writer anyway. */
export function lockRows<Query extends { forUpdate(): Query }>(query: Query, dialect: Database['dialect']): Query {
  return dialect === 'postgres' ? query.forUpdate() : query;
}

/** As {@link lockRows}, passing over the rows that somebody else holds instead of waiting for them. */
export function claimRows<Query extends { forUpdate(): Query; skipLocked(): Query }>(
  query: Query,
  dialect: Database['dialect'],
): Query {
  return dialect === 'postgres' ? query.forUpdate().skipLocked() : query;
}

import type { Database } from './database.ts';

/** Makes a select hold off other writers of its rows until the transaction ends. SQLite has one writer anyway. */
export function lockRows<Query extends { forUpdate(): Query }>(query: Query, dialect: Database['dialect']): Query {
  return dialect === 'postgres' ? query.forUpdate() : query;
}

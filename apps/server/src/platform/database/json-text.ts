import { type RawBuilder, sql } from 'kysely';
import type { Database } from './database.ts';

/** The text of one top-level property in a column that holds JSON as text; null when it is absent. */
export function jsonText(dialect: Database['dialect'], column: string, property: string): RawBuilder<string | null> {
  return dialect === 'postgres'
    ? sql<string | null>`(${sql.ref(column)}::jsonb ->> ${property})`
    : sql<string | null>`json_extract(${sql.ref(column)}, ${`$."${property}"`})`;
}

import { type RawBuilder, SqliteAdapter, sql } from 'kysely';
import type { Queryable } from './database.ts';

/** The tags of the item that the query around it shows, sorted, as the text of a JSON list. */
export function tagsText(queryable: Queryable): RawBuilder<string> {
  return queryable.getExecutor().adapter instanceof SqliteAdapter
    ? sql<string>`(select json_group_array(tag order by tag) from item_tags where item_id = items.id)`
    : sql<string>`(select coalesce(json_agg(tag order by tag), '[]')::text from item_tags where item_id = items.id)`;
}

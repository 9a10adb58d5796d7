import { type RawBuilder, sql } from 'kysely';

/** Rows of user content, in the words of the partial indexes `items_by_*`: an index is used when the words are the same. */
export const IS_CONTENT = sql<boolean>`items.type not like 'system.%'`;

/**
 * A text column that no index is looked up by. For conditions beside a short list of ids, where a planner without
 * statistics would rather walk a long index in the right order.
 */
export function unindexed(column: string): RawBuilder<string> {
  return sql<string>`(${sql.ref(column)} || '')`;
}

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

/*
 * Values in the words of partial indexes. SQLite takes such an index when the text of a query says the same as the index;
 * a value that is bound says nothing, and the whole table is read instead.
 */

/** Items that hold their natural key. */
export const LIVE_STATES = [sql.lit('active'), sql.lit('archived')];
/** Messages that wait or run. */
export const UNFINISHED_STATES = [sql.lit('waiting'), sql.lit('running')];
export const WAITING = sql.lit('waiting');
export const DEAD = sql.lit('dead');
/** Deliveries that were not genuine. */
export const UNVERIFIED = sql.lit(0);

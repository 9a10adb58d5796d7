import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { EventPosition } from '../event-log/event-position.ts';
import type { EventPresent } from '../event-log/event-present.ts';
import type { Database, Queryable } from './database.ts';
import type { Tables } from './tables.ts';

export type EventRow = Selectable<Tables['events']>;

/**
 * The events behind which nothing can appear any more, oldest first.
 *
 * A sequence number is taken before its transaction commits, so a reader that went by it alone would pass over events
 * that commit late. On Postgres an event counts as settled when every transaction up to its own has ended, and settled
 * events are ordered by transaction. On SQLite there is one writer: what is committed is settled.
 * @param options.after exclusive. @param options.through inclusive. @param options.limit rows at most.
 */
export function settledEvents(
  queryable: Queryable,
  dialect: Database['dialect'],
  options: { after: EventPosition; through?: EventPosition; spaceId?: string; limit: number },
): Promise<EventRow[]> {
  let select = queryable.selectFrom('events').selectAll().where(isAfter(dialect, options.after));
  if (options.spaceId !== undefined) select = select.where('space_id', '=', options.spaceId);
  if (options.through) select = select.where(sql<boolean>`not (${isAfter(dialect, options.through)})`);
  if (dialect === 'postgres') select = select.where(IS_SETTLED).orderBy('tx');
  return select.orderBy('seq').limit(options.limit).execute();
}

/** @returns the place of the last settled event that is kept, or null. */
export async function lastSettledEvent(
  queryable: Queryable,
  dialect: Database['dialect'],
): Promise<EventPosition | null> {
  let select = queryable.selectFrom('events').select(['tx', 'seq']);
  if (dialect === 'postgres') select = select.where(IS_SETTLED).orderBy('tx', 'desc');
  return (await select.orderBy('seq', 'desc').limit(1).executeTakeFirst()) ?? null;
}

/** @returns which changes have been made by now, settled or not. */
export async function presentOfEvents(queryable: Queryable, dialect: Database['dialect']): Promise<EventPresent> {
  if (dialect === 'sqlite') {
    const last = await lastSettledEvent(queryable, dialect);
    return { xmin: 0, xmax: 0, running: [], seq: last?.seq ?? 0 };
  }
  const { rows } = await sql<{ snapshot: string }>`select pg_current_snapshot()::text as snapshot`.execute(queryable);
  const [xmin, xmax, running = ''] = rows[0]?.snapshot.split(':') ?? [];
  return {
    xmin: Number(xmin),
    xmax: Number(xmax),
    running: running === '' ? [] : running.split(',').map(Number),
    seq: 0,
  };
}

/** Removes the events up to a place, inclusive. */
export async function removeEventsThrough(
  queryable: Queryable,
  dialect: Database['dialect'],
  through: EventPosition,
): Promise<void> {
  await queryable
    .deleteFrom('events')
    .where(sql<boolean>`not (${isAfter(dialect, through)})`)
    .execute();
}

/** @returns the first transaction that has not begun; 0 where transactions have no number. */
export async function nextTransaction(queryable: Queryable, dialect: Database['dialect']): Promise<number> {
  if (dialect === 'sqlite') return 0;
  const { rows } = await sql<{ next: number }>`
    select pg_snapshot_xmax(pg_current_snapshot())::text::bigint as next`.execute(queryable);
  return rows[0]?.next ?? 0;
}

const IS_SETTLED = sql<boolean>`tx < pg_snapshot_xmin(pg_current_snapshot())::text::bigint`;

function isAfter(dialect: Database['dialect'], { tx, seq }: EventPosition): RawBuilder<boolean> {
  return dialect === 'postgres' ? sql<boolean>`(tx, seq) > (${tx}, ${seq})` : sql<boolean>`seq > ${seq}`;
}

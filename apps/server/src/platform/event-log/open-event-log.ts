import { advisoryLock } from '../database/advisory-lock.ts';
import type { Queryable, Transaction } from '../database/database.ts';
import {
  type EventRow,
  lastSettledEvent,
  nextTransaction,
  presentOfEvents,
  removeEventsThrough,
  settledEvents,
} from '../database/settled-events.ts';
import type { Platform } from '../platform.ts';
import { type EventFollower, FOLLOWER_MARKS, isWaitedFor, startFromTheBeginning } from './event-followers.ts';
import { decodePosition, type EventPosition, encodePosition, isBefore, LOG_START } from './event-position.ts';
import type { EventPresent } from './event-present.ts';

/** The log is known by this name until its order has to be made anew; cursors of another name mean nothing in it. */
const NAME = 'events.log_name';
/** What was removed for its age. A cursor before it has missed something. */
const PRUNED_THROUGH = 'events.pruned_through';
const PRUNED_AT_ONCE = 1000;

export interface EventLog {
  /** Settled events, oldest first. `through` is inclusive. */
  read(
    options: { after: EventPosition; through?: EventPosition; spaceId?: string; limit: number },
    queryable?: Queryable,
  ): Promise<EventRow[]>;
  /** The end of what is settled. */
  head(queryable?: Queryable): Promise<EventPosition>;
  /** Which changes have been made by now; some may lie behind the head, waiting to be settled. */
  present(queryable?: Queryable): Promise<EventPresent>;
  /** The place up to which events were removed for their age. */
  prunedThrough(): Promise<EventPosition>;
  /** A place as clients keep it. */
  toCursor(position: EventPosition): string;
  /** @returns null when events after it may be missing here: it is too old, or of another log. */
  fromCursor(cursor: string): Promise<EventPosition | null>;
  /** How far one of those is who go through the log in the background. */
  mark(follower: EventFollower): EventMark;
  /** Removes events older than so many hours, but none that somebody is still to be told of. */
  prune(hours: number): Promise<void>;
}

export interface EventMark {
  reached(): Promise<EventPosition>;
  /** As `reached`; others who want to move it wait until the transaction ends. */
  lock(transaction: Transaction): Promise<EventPosition>;
  move(transaction: Transaction, position: EventPosition): Promise<void>;
}

const FOLLOWERS = Object.keys(FOLLOWER_MARKS) as EventFollower[];

/**
 * Opens the event log. Where the database was brought to another Postgres whose transactions are counted from lower
 * on, the events that came along are put before all that will follow.
 */
export async function openEventLog({ database, now, newId }: EventLogDeps): Promise<EventLog> {
  const { dialect } = database;
  await database.write((transaction) => reorderWhatCameAlong(transaction, dialect, newId));
  const name = await settingOf(database.read, NAME);

  const positionOf = async (queryable: Queryable, key: string) =>
    decodePosition(await settingOf(queryable, key)) ?? LOG_START;
  const prunedThrough = () => positionOf(database.read, PRUNED_THROUGH);
  /** @returns the place up to which all have gone who are waited for; null when nobody is. */
  async function seenByAll(transaction: Transaction): Promise<EventPosition | null> {
    let earliest: EventPosition | null = null;
    for (const follower of FOLLOWERS) {
      if (!(await isWaitedFor(transaction, follower))) continue;
      const reached = await positionOf(transaction, FOLLOWER_MARKS[follower]);
      if (earliest === null || isBefore(reached, earliest)) earliest = reached;
    }
    return earliest;
  }
  const head = async (queryable: Queryable = database.read) =>
    (await lastSettledEvent(queryable, dialect)) ?? (await positionOf(queryable, PRUNED_THROUGH));

  return {
    prunedThrough,
    head,
    present: (queryable = database.read) => presentOfEvents(queryable, dialect),
    read: (options, queryable = database.read) => settledEvents(queryable, dialect, options),
    toCursor: (position) => `${name}-${encodePosition(position)}`,

    async fromCursor(cursor) {
      const dash = cursor.indexOf('-');
      const position = cursor.slice(0, dash) === name ? decodePosition(cursor.slice(dash + 1)) : null;
      if (position === null || isBefore(position, await prunedThrough())) return null;
      return isBefore(await head(), position) ? null : position;
    },

    mark(follower) {
      const key = FOLLOWER_MARKS[follower];
      return {
        reached: () => positionOf(database.read, key),
        async lock(transaction) {
          await advisoryLock(transaction, dialect, key);
          return positionOf(transaction, key);
        },
        move: (transaction, position) => putSetting(transaction, key, encodePosition(position)),
      };
    },

    async prune(hours) {
      const before = new Date(now().getTime() - hours * 3_600_000).toISOString();
      for (;;) {
        const removed = await database.write(async (transaction) => {
          await advisoryLock(transaction, dialect, PRUNED_THROUGH);
          const after = await positionOf(transaction, PRUNED_THROUGH);
          const through = await seenByAll(transaction);
          const options = { after, ...(through ? { through } : {}), limit: PRUNED_AT_ONCE };
          const oldest = await settledEvents(transaction, dialect, options);
          const young = oldest.findIndex((event) => event.created_at >= before);
          const last = oldest.at(young === -1 ? -1 : young - 1);
          if (!last || young === 0) return 0;
          await removeEventsThrough(transaction, dialect, last);
          await putSetting(transaction, PRUNED_THROUGH, encodePosition(last));
          return young === -1 ? oldest.length : young;
        });
        if (removed < PRUNED_AT_ONCE) return;
      }
    },
  };
}

export type EventLogDeps = Pick<Platform, 'database' | 'now' | 'newId'>;

async function reorderWhatCameAlong(
  transaction: Transaction,
  dialect: 'sqlite' | 'postgres',
  newId: () => string,
): Promise<void> {
  await advisoryLock(transaction, dialect, NAME);
  const name = await settingOf(transaction, NAME);
  const marks = [PRUNED_THROUGH, ...Object.values(FOLLOWER_MARKS)].map(async (key) =>
    decodePosition(await settingOf(transaction, key)),
  );
  const last = await transaction.selectFrom('events').select('tx').orderBy('tx', 'desc').limit(1).executeTakeFirst();
  const seen = Math.max(last?.tx ?? 0, ...(await Promise.all(marks)).map((mark) => mark?.tx ?? 0));
  const isFromElsewhere = dialect === 'postgres' && seen >= (await nextTransaction(transaction, dialect));
  if (name !== '' && !isFromElsewhere) return;
  await putSetting(transaction, NAME, newId().slice(-12));
  if (!isFromElsewhere) return;
  // In the order of sequence numbers some events are told again; none is left out.
  const begins = await Promise.all(
    Object.values(FOLLOWER_MARKS).map(async (key) => ({ key, seq: await lastSeqBefore(transaction, key) })),
  );
  await transaction.updateTable('events').set({ tx: 0 }).execute();
  for (const { key, seq } of begins) await putSetting(transaction, key, encodePosition({ tx: 0, seq }));
  await putSetting(transaction, PRUNED_THROUGH, encodePosition(LOG_START));
  await startFromTheBeginning(transaction);
}

/** @returns the sequence number just before the first event that a follower has not been given; the last one's if there is none. */
async function lastSeqBefore(transaction: Transaction, mark: string): Promise<number> {
  const { tx, seq } = decodePosition(await settingOf(transaction, mark)) ?? LOG_START;
  const waiting = await transaction
    .selectFrom('events')
    .select((row) => row.fn.min('seq').as('seq'))
    .where((row) => row.or([row('tx', '>', tx), row.and([row('tx', '=', tx), row('seq', '>', seq)])]))
    .executeTakeFirst();
  if (waiting?.seq) return Number(waiting.seq) - 1;
  const end = await transaction
    .selectFrom('events')
    .select((row) => row.fn.max('seq').as('seq'))
    .executeTakeFirst();
  return Number(end?.seq ?? 0);
}

async function settingOf(queryable: Queryable, key: string): Promise<string> {
  const row = await queryable.selectFrom('settings').select('value').where('key', '=', key).executeTakeFirst();
  return row?.value ?? '';
}

async function putSetting(transaction: Transaction, key: string, value: string): Promise<void> {
  await transaction
    .insertInto('settings')
    .values({ key, value })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ value }))
    .execute();
}

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
import { decodePosition, type EventPosition, encodePosition, isBefore, LOG_START } from './event-position.ts';
import type { EventPresent } from './event-present.ts';

/** The log is known by this name until its order has to be made anew; cursors of another name mean nothing in it. */
const NAME = 'events.log_name';
/** What was removed for its age. A cursor before it has missed something. */
const PRUNED_THROUGH = 'events.pruned_through';
/** How far the webhooks have been told. */
const ROUTED_THROUGH = 'events.routed_through';
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
  /** How far the webhooks have been told. */
  routedThrough(): Promise<EventPosition>;
  /** As `routedThrough`; others who want to move it wait until the transaction ends. */
  lockRouted(transaction: Transaction): Promise<EventPosition>;
  moveRouted(transaction: Transaction, position: EventPosition): Promise<void>;
  /** Removes events older than so many hours, but none that a webhook is still to be told of. */
  prune(hours: number): Promise<void>;
}

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

    routedThrough: () => positionOf(database.read, ROUTED_THROUGH),

    async lockRouted(transaction) {
      await advisoryLock(transaction, dialect, ROUTED_THROUGH);
      return positionOf(transaction, ROUTED_THROUGH);
    },

    moveRouted: (transaction, position) => putSetting(transaction, ROUTED_THROUGH, encodePosition(position)),

    async prune(hours) {
      const before = new Date(now().getTime() - hours * 3_600_000).toISOString();
      for (;;) {
        const removed = await database.write(async (transaction) => {
          await advisoryLock(transaction, dialect, PRUNED_THROUGH);
          const after = await positionOf(transaction, PRUNED_THROUGH);
          const isFollowed = await transaction
            .selectFrom('webhooks')
            .select('id')
            .where('active', '=', 1)
            .executeTakeFirst();
          const routed = await positionOf(transaction, ROUTED_THROUGH);
          const options = { after, ...(isFollowed ? { through: routed } : {}), limit: PRUNED_AT_ONCE };
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
  const marks = [PRUNED_THROUGH, ROUTED_THROUGH].map(async (key) => decodePosition(await settingOf(transaction, key)));
  const last = await transaction.selectFrom('events').select('tx').orderBy('tx', 'desc').limit(1).executeTakeFirst();
  const seen = Math.max(last?.tx ?? 0, ...(await Promise.all(marks)).map((mark) => mark?.tx ?? 0));
  const isFromElsewhere = dialect === 'postgres' && seen >= (await nextTransaction(transaction, dialect));
  if (name !== '' && !isFromElsewhere) return;
  await putSetting(transaction, NAME, newId().slice(-12));
  if (!isFromElsewhere) return;
  const routed = decodePosition(await settingOf(transaction, ROUTED_THROUGH)) ?? LOG_START;
  const waiting = await transaction
    .selectFrom('events')
    .select((row) => row.fn.min('seq').as('seq'))
    .where((row) =>
      row.or([row('tx', '>', routed.tx), row.and([row('tx', '=', routed.tx), row('seq', '>', routed.seq)])]),
    )
    .executeTakeFirst();
  // In the order of sequence numbers some events are told to webhooks again; none is left out.
  const end = await transaction
    .selectFrom('events')
    .select((row) => row.fn.max('seq').as('seq'))
    .executeTakeFirst();
  const seq = waiting?.seq ? Number(waiting.seq) - 1 : Number(end?.seq ?? 0);
  await transaction.updateTable('events').set({ tx: 0 }).execute();
  await putSetting(transaction, ROUTED_THROUGH, encodePosition({ tx: 0, seq }));
  await putSetting(transaction, PRUNED_THROUGH, encodePosition(LOG_START));
  await transaction.updateTable('webhooks').set({ since_tx: 0, since_seq: 0, since_present: null }).execute();
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

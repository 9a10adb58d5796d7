import { CATCHUP_TOO_OLD } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { EventRow } from '../../platform/database/settled-events.ts';
import type { EventTail, TailSubscription } from '../../platform/event-log/create-event-tail.ts';
import { type EventFilter, fitsFilter, namesEvent } from '../../platform/event-log/event-filter.ts';
import { type EventPosition, isBefore } from '../../platform/event-log/event-position.ts';
import { type EventPresent, isPast } from '../../platform/event-log/event-present.ts';
import type { EventLog } from '../../platform/event-log/open-event-log.ts';
import type { TypesService } from '../types/index.ts';
import { createEventBacklog } from './event-backlog.ts';
import { maySeeEvent } from './may-see-event.ts';

const READ_AT_ONCE = 200;

export interface FollowDeps {
  log: Pick<EventLog, 'read' | 'fromCursor' | 'present' | 'prunedThrough' | 'toCursor'>;
  tail: Pick<EventTail, 'listen'>;
  types: TypesService;
  /** @returns the caller with the rights of this moment, or null when its credential is dead. */
  reauthenticate(caller: Caller): Promise<Caller | null>;
}

/** One follower of a space. */
export interface Follower {
  /** The stream in the format of server-sent events; it ends when the credential dies, and with {@link Follower.end}. */
  records(): AsyncGenerator<string, void, void>;
  /** Asks for a heartbeat, at which the credential is looked at. @returns whether all before it has been taken. */
  beat(): boolean;
  end(): void;
}

/**
 * Follows a space: what the log holds after `cursor`, then what comes, without a gap and without telling twice.
 * @param options.cursor the last id that the client has seen; absent, the stream begins at the present.
 * @see WHATWG HTML, "Server-sent events"
 */
export function followEvents(
  { log, tail, types, reauthenticate }: FollowDeps,
  options: { caller: Caller; filter: EventFilter; cursor: string | undefined },
): Follower {
  const { caller, filter } = options;
  const backlog = createEventBacklog();
  let current: Caller | null = caller;
  /** For who begins at the present: what had happened by then is not told, even where it is settled later. */
  let present: EventPresent | null = null;
  let ended = false;
  let beats = false;
  let isWaiting = false;
  let wake: () => void = () => undefined;

  /** A credential that changes says so; its rights are looked at before anything else is told. */
  const concerns = (row: EventRow) =>
    row.space_id === caller.spaceId &&
    !(present && isPast(present, row)) &&
    (namesEvent(filter, row) || row.type === 'system.credential');

  function listener(events: readonly EventRow[]): void {
    backlog.add(events.filter(concerns));
    wake();
  }

  async function* tell(events: readonly EventRow[]): AsyncGenerator<string, void, void> {
    const concerning = events.filter(concerns);
    if (concerning.length === 0) return;
    current = await reauthenticate(caller);
    if (!current) return;
    const catalogue = await types.of(current);
    for (const row of concerning) {
      if (ended) return;
      if (fitsFilter(filter, row, catalogue.isA) && maySeeEvent(current, catalogue, row)) yield record(row);
    }
  }

  function record(row: EventRow): string {
    return `id: ${log.toCursor(row)}\nevent: ${row.event}\ndata: ${row.payload}\n\n`;
  }

  /** Reads the log from `place` on. @returns the place reached, or null when events after `place` are gone. */
  async function* catchUp(
    place: EventPosition,
    through: EventPosition | undefined,
  ): AsyncGenerator<string, EventPosition | null, void> {
    let reached = place;
    for (;;) {
      const events = await log.read({
        after: reached,
        spaceId: caller.spaceId,
        limit: READ_AT_ONCE,
        ...(through ? { through } : {}),
      });
      if (isBefore(reached, await log.prunedThrough())) return null;
      yield* tell(events);
      const last = events.at(-1);
      if (last) reached = { tx: last.tx, seq: last.seq };
      if (events.length < READ_AT_ONCE || !current || ended) return reached;
    }
  }

  /** Catches up, lets the backlog take over, and reads what lay between. */
  async function* join(
    place: EventPosition,
    subscription: TailSubscription,
  ): AsyncGenerator<string, EventPosition | null, void> {
    const near = yield* catchUp(place, undefined);
    if (near === null) return null;
    backlog.open();
    const end = subscription.position();
    if (!isBefore(near, end)) return near;
    return (yield* catchUp(near, end)) === null ? null : end;
  }

  async function* live(from: EventPosition, subscription: TailSubscription): AsyncGenerator<string, void, void> {
    let place = from;
    let isJoined = false;
    while (current && !ended) {
      const taken: EventRow[] | null = isJoined ? backlog.take() : null;
      if (!taken) {
        const joined = yield* join(place, subscription);
        if (joined === null) return yield TOO_OLD;
        [place, isJoined] = [joined, true];
      } else if (taken.length > 0) {
        yield* tell(taken.filter((row) => isBefore(place, row)));
        const last = taken.at(-1);
        if (last && isBefore(place, last)) place = { tx: last.tx, seq: last.seq };
      } else {
        const seen = subscription.position();
        if (isBefore(place, seen)) place = seen;
        if (beats) {
          beats = false;
          current = await reauthenticate(caller);
          if (current) yield `: still here\nid: ${log.toCursor(place)}\n\n`;
        } else await next();
      }
    }
  }

  async function next(): Promise<void> {
    if (ended) return;
    isWaiting = true;
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
    isWaiting = false;
  }

  return {
    async *records() {
      // Something at once, so that proxies let the head of the answer through.
      yield ': marfa\n\n';
      const from = options.cursor === undefined ? undefined : await log.fromCursor(options.cursor);
      if (from === null) return yield TOO_OLD;
      if (from === undefined) present = await log.present();
      const subscription = await tail.listen(listener);
      try {
        const place = from ?? subscription.position();
        // A record without data is no event, but its id is what a client that saw no event yet comes back with.
        yield `id: ${log.toCursor(place)}\n\n`;
        yield* live(place, subscription);
      } finally {
        subscription.end();
      }
    },
    beat() {
      beats = true;
      const wasWaiting = isWaiting;
      wake();
      return wasWaiting;
    },
    end() {
      ended = true;
      wake();
    },
  };
}

const TOO_OLD = `event: ${CATCHUP_TOO_OLD}\ndata: {}\n\n`;

import { Readable } from 'node:stream';
import type { Clock } from '@withmarfa/engine';
import { type EventsQuery, MarfaError } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Logger } from '../../platform/logger.ts';
import { type FollowDeps, followEvents } from './follow-events.ts';

const HEARTBEAT_EVERY_MS = 30_000;
/** A client that takes nothing for so many heartbeats is cut off. */
const MAX_MISSED_HEARTBEATS = 2;
/** Records that wait in the socket's own queue. */
const RECORDS_AHEAD = 4;

export interface EventStreams {
  /**
   * Opens a stream of a space's changes, in the format of server-sent events.
   * @param signal aborts when the client has gone.
   * @throws MarfaError `quota_exceeded` when this process carries as many streams as it may.
   */
  open(caller: Caller, request: { query: EventsQuery; cursor: string | undefined; signal: AbortSignal }): Readable;
  /** Ends every stream, and opens no more. */
  stop(): void;
}

export interface EventStreamsDeps extends FollowDeps {
  clock: Clock;
  logger: Logger;
  maxStreams: number;
}

export function createEventStreams(deps: EventStreamsDeps): EventStreams {
  const { clock, logger, maxStreams } = deps;
  const open = new Set<{ end(): void }>();
  let stopped = false;

  return {
    open(caller, { query, cursor, signal }) {
      if (stopped || open.size >= maxStreams) throw full(maxStreams, open.size);
      const filter = { events: query.event, types: query.type, edgeTypes: query.edge_type };
      const follower = followEvents(deps, { caller, filter, cursor });
      const stream = Readable.from(logged(follower.records(), logger), { highWaterMark: RECORDS_AHEAD });
      let missed = 0;
      let stopTimer: () => void = () => undefined;
      const beat = () => {
        missed = follower.beat() ? 0 : missed + 1;
        if (missed >= MAX_MISSED_HEARTBEATS) stream.destroy();
        else stopTimer = clock.at(clock.nowMs() + HEARTBEAT_EVERY_MS, beat);
      };
      stopTimer = clock.at(clock.nowMs() + HEARTBEAT_EVERY_MS, beat);
      open.add(follower);
      const close = () => {
        stopTimer();
        open.delete(follower);
        follower.end();
        stream.destroy();
      };
      stream.once('close', close);
      if (signal.aborted) close();
      else signal.addEventListener('abort', close, { once: true });
      return stream;
    },
    stop() {
      stopped = true;
      for (const follower of open) follower.end();
    },
  };
}

/** A stream that cannot go on ends; its client comes back with the last id it has. */
async function* logged(records: AsyncGenerator<string, void, void>, logger: Logger) {
  try {
    yield* records;
  } catch (error) {
    logger.warn({ error }, 'an event stream ended early');
  }
}

function full(limit: number, current: number): MarfaError {
  return new MarfaError('quota_exceeded', `This server carries ${limit} event streams at the most; try again later.`, {
    details: { resource: 'event_streams', limit, current },
  });
}

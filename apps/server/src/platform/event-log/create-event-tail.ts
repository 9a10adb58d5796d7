import type { Commits } from '../database/commits.ts';
import type { EventRow } from '../database/settled-events.ts';
import type { Logger } from '../logger.ts';
import type { EventPosition } from './event-position.ts';
import type { EventLog } from './open-event-log.ts';

const LOOK_EVERY_MS = 100;
/** Where every commit is told of; this only tries again what failed. */
const LOOK_AGAIN_EVERY_MS = 5000;
const READ_AT_ONCE = 200;

/** Is given every event of every space once, in order; returns at once and never throws. */
export type TailListener = (events: readonly EventRow[]) => void;

/** Follows the end of the event log for all of this process, and reads only while somebody listens. */
export interface EventTail {
  listen(listener: TailListener): Promise<TailSubscription>;
  stop(): void;
}

export interface TailSubscription {
  /** The place behind which the listener will be given everything. */
  position(): EventPosition;
  end(): void;
}

export interface EventTailDeps {
  log: Pick<EventLog, 'read' | 'head'>;
  commits: Commits;
  logger: Logger;
  /** Other processes write as well; nobody tells of what they do. */
  othersWrite: boolean;
}

export function createEventTail({ log, commits, logger, othersWrite }: EventTailDeps): EventTail {
  const listeners = new Set<TailListener>();
  /** What the listeners have been given so far; null while there are none. */
  let position: EventPosition | null = null;
  let opening: Promise<EventPosition> | null = null;
  let reading = false;
  let again = false;
  let timer: NodeJS.Timeout | null = null;
  const unlisten = commits.listen(look);

  function look(): void {
    if (listeners.size === 0) return;
    again = true;
    if (reading) return;
    reading = true;
    readOn()
      .catch((error: unknown) => logger.warn({ error }, 'the event log could not be read; it is tried again'))
      .finally(() => {
        reading = false;
        rest();
      });
  }

  async function readOn(): Promise<void> {
    while (again && position) {
      again = false;
      const events = await log.read({ after: position, limit: READ_AT_ONCE });
      const last = events.at(-1);
      if (!last) continue;
      position = { tx: last.tx, seq: last.seq };
      for (const listener of listeners) listener(events);
      again ||= events.length === READ_AT_ONCE;
    }
  }

  function rest(): void {
    if (listeners.size > 0) {
      timer ??= setInterval(look, othersWrite ? LOOK_EVERY_MS : LOOK_AGAIN_EVERY_MS).unref();
      return;
    }
    if (reading) return;
    if (timer) clearInterval(timer);
    timer = null;
    position = null;
  }

  return {
    async listen(listener) {
      if (position === null) {
        opening ??= log.head().finally(() => {
          opening = null;
        });
        const head = await opening;
        position ??= head;
      }
      const from = position;
      let here = from;
      const follow: TailListener = (events) => {
        const last = events.at(-1);
        if (last) here = { tx: last.tx, seq: last.seq };
        listener(events);
      };
      listeners.add(follow);
      rest();
      return {
        position: () => here,
        end() {
          listeners.delete(follow);
          rest();
        },
      };
    },
    stop() {
      unlisten();
      listeners.clear();
      rest();
    },
  };
}

import type { EventPosition } from './event-position.ts';

/**
 * A moment in the life of the log: which changes had been made by then. A place cannot tell, since a change that was made
 * may still wait for others to end before it is settled.
 */
export interface EventPresent {
  /** Every transaction below had ended. */
  xmin: number;
  /** No transaction from here on had begun. */
  xmax: number;
  /** Those in between that had not ended. */
  running: readonly number[];
  /** The last event there was, where transactions have no numbers. */
  seq: number;
}

/** @returns whether an event belongs to a change that had been made by then. */
export function isPast({ xmin, xmax, running, seq }: EventPresent, event: EventPosition): boolean {
  if (xmax === 0) return event.seq <= seq;
  return event.tx < xmin || (event.tx < xmax && !running.includes(event.tx));
}

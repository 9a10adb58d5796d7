import type { Database, Queryable, Transaction } from '../database/database.ts';
import type { EventRow } from '../database/settled-events.ts';
import type { EventFollower } from './event-followers.ts';
import { type EventPosition, isBefore } from './event-position.ts';
import type { EventLog } from './open-event-log.ts';

const READ_AT_ONCE = 200;

/** Goes one stretch further along the event log. @returns whether there is more to do at once. */
export type FollowLog = () => Promise<boolean>;

export interface LogFollowerDeps {
  database: Pick<Database, 'read' | 'write'>;
  log: Pick<EventLog, 'read' | 'mark'>;
  follower: EventFollower;
  /** @returns the place before which nothing is of interest to anybody; null while there is nobody. */
  beginning: (queryable: Queryable) => Promise<EventPosition | null>;
  /** Does what some events ask for, oldest first. What it throws undoes everything; the same events are then read again. */
  take: (transaction: Transaction, events: readonly EventRow[]) => Promise<void>;
}

/**
 * Follows the event log from a stored place. What the events ask for is done in the transaction that moves the place, by
 * one process at a time: whatever dies in between, no event is left out and none is taken twice.
 */
export function createLogFollower({ database, log, follower, beginning, take }: LogFollowerDeps): FollowLog {
  const mark = log.mark(follower);

  async function startOf(queryable: Queryable, reached: EventPosition): Promise<EventPosition | null> {
    const first = await beginning(queryable);
    if (first === null) return null;
    return isBefore(reached, first) ? first : reached;
  }

  async function follow(transaction: Transaction): Promise<boolean> {
    const after = await startOf(transaction, await mark.lock(transaction));
    if (after === null) return false;
    const events = await log.read({ after, limit: READ_AT_ONCE }, transaction);
    const last = events.at(-1);
    if (!last) return false;
    await take(transaction, events);
    await mark.move(transaction, { tx: last.tx, seq: last.seq });
    return events.length === READ_AT_ONCE;
  }

  return async () => {
    const after = await startOf(database.read, await mark.reached());
    if (after === null || (await log.read({ after, limit: 1 })).length === 0) return false;
    return database.write(follow);
  };
}

import { beforeAll, expect, it } from 'vitest';
import { NULL_SPACE_ID } from '../src/platform/database/null-space.ts';
import { appendEvent } from '../src/platform/event-log/append-event.ts';
import { createLogFollower, type LogFollowerDeps } from '../src/platform/event-log/create-log-follower.ts';
import { LOG_START } from '../src/platform/event-log/event-position.ts';
import { type EventLog, openEventLog } from '../src/platform/event-log/open-event-log.ts';
import { newId } from '../src/platform/ids.ts';
import { describeDatabase } from './support/describe-database.ts';
import { waitFor } from './support/start-server.ts';

const EVENTS = 450;

describeDatabase('Those who follow the event log', (under) => {
  let log: EventLog;
  const follow = (follower: LogFollowerDeps['follower'], take: LogFollowerDeps['take']) =>
    createLogFollower({ database: under.database, log, follower, beginning: async () => LOG_START, take });

  beforeAll(async () => {
    log = await openEventLog({ database: under.database, now: () => new Date(), newId });
    await under.database.write(async (transaction) => {
      for (let count = 0; count < EVENTS; count += 1)
        await appendEvent(transaction, {
          spaceId: NULL_SPACE_ID,
          event: 'item.created',
          subjectId: String(count),
          type: 'core.note',
          writer: null,
          payload: '{}',
        });
    });
    // Transactions of others on the same Postgres hold events back.
    await waitFor(async () => (await log.read({ after: LOG_START, limit: EVENTS })).length === EVENTS);
  });

  it('are given each event once between them, in order', async () => {
    const taken: string[] = [];
    const takers = Array.from({ length: 6 }, () =>
      follow('webhooks', async (_transaction, events) => {
        taken.push(...events.map((event) => event.subject_id));
      }),
    );
    await Promise.all(
      takers.map(async (turn) => {
        while (await turn());
      }),
    );
    expect(taken).toEqual(Array.from({ length: EVENTS }, (_, index) => String(index)));
  });

  it('are given the same events again when what these asked for could not be done', async () => {
    const firsts: (string | undefined)[] = [];
    const turn = follow('connections', async (_transaction, events) => {
      firsts.push(events[0]?.subject_id);
      if (firsts.length === 1) throw new Error('the disk is full');
    });
    await expect(turn()).rejects.toThrow('the disk is full');
    while (await turn());
    expect(firsts.slice(0, 2)).toEqual(['0', '0']);
    expect(firsts[2]).toBe('200');
  });
});

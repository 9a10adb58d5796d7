import { createManualClock } from '@withmarfa/engine/memory';
import { noPermissions } from '@withmarfa/shared';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../platform/caller.ts';
import type { EventRow } from '../../platform/database/settled-events.ts';
import type { TailListener } from '../../platform/event-log/create-event-tail.ts';
import { type EventPosition, isBefore } from '../../platform/event-log/event-position.ts';
import { createLogger } from '../../platform/logger.ts';
import { createTypesService } from '../types/index.ts';
import { createEventStreams, type EventStreams } from './event-streams.ts';

const CALLER: Caller = {
  keyId: 'key',
  spaceId: 'space',
  spaceRevision: 0,
  role: 'admin',
  source: 'tests',
  defaultTier: 'library',
  isPlatform: false,
  connectionId: null,
  cycle: { originating_connection_id: null, hop_count: 0 },
  clientIp: null,
  ...noPermissions(),
};

const anEvent = (seq: number, payload = '{}'): EventRow => ({
  tx: 0,
  seq,
  id: `event-${seq}`,
  space_id: 'space',
  event: 'item.created',
  subject_id: 'item',
  type: 'core.note',
  other_type: null,
  edge_type: null,
  origin_connection_id: null,
  cycle_origin_id: null,
  hop_count: 0,
  payload,
  created_at: '',
});

describe('An event stream', () => {
  let clock: ReturnType<typeof createManualClock>;
  let rows: EventRow[];
  let listeners: TailListener[];
  let isAlive: boolean;
  /** How far the tail has come; null when it is at the end. */
  let tailAt: EventPosition | null;
  let streams: EventStreams;
  beforeEach(() => {
    clock = createManualClock(0);
    rows = [];
    listeners = [];
    isAlive = true;
    tailAt = null;
    const end = () => rows.at(-1) ?? { tx: 0, seq: 0 };
    streams = createEventStreams({
      log: {
        read: async ({ after, through, limit }) =>
          rows.filter((row) => isBefore(after, row) && !(through && isBefore(through, row))).slice(0, limit),
        fromCursor: async (cursor) => ({ tx: 0, seq: Number(cursor) }),
        present: async () => ({ xmin: 0, xmax: 0, running: [], seq: end().seq }),
        prunedThrough: async () => ({ tx: 0, seq: 0 }),
        toCursor: ({ seq }: EventPosition) => String(seq),
      },
      tail: {
        async listen(listener) {
          listeners.push(listener);
          return { position: () => tailAt ?? end(), end: () => listeners.splice(listeners.indexOf(listener), 1) };
        },
      },
      types: createTypesService({ database: {} as never }),
      reauthenticate: async (caller) => (isAlive ? caller : null),
      clock,
      logger: createLogger('silent'),
      maxStreams: 2,
    });
  });

  const open = (cursor?: string) => streams.open(CALLER, { query: {}, cursor, signal: new AbortController().signal });
  function happen(...events: EventRow[]) {
    rows.push(...events);
    for (const listener of listeners) listener(events);
  }
  /** Takes records until the stream has nothing more to say for the moment. */
  async function take(stream: ReturnType<typeof open>, count: number): Promise<string[]> {
    const taken: string[] = [];
    for await (const record of stream.iterator({ destroyOnReturn: false })) {
      taken.push(String(record));
      if (taken.length === count) break;
    }
    return taken;
  }

  it('says that it is still there every thirty seconds, and where a client would go on', async () => {
    const stream = open();
    expect(await take(stream, 2)).toEqual([': marfa\n\n', 'id: 0\n\n']);
    happen({ ...anEvent(7), space_id: 'another' });
    await clock.advance(29_999);
    const next = take(stream, 1);
    await clock.advance(1);
    expect(await next).toEqual([': still here\nid: 7\n\n']);
  });

  it('ends at the heartbeat after its credential has died', async () => {
    const stream = open();
    await take(stream, 2);
    isAlive = false;
    const rest = take(stream, 1);
    await clock.advance(30_000);
    expect(await rest).toEqual([]);
    expect(listeners).toEqual([]);
    expect(clock.pending()).toBe(0);
  });

  it('reads from the log again what was too much to be kept, in order and once', async () => {
    const stream = open();
    await take(stream, 2);
    const events = Array.from({ length: 2500 }, (_, index) => anEvent(index + 1));
    for (let from = 0; from < 2500; from += 100) happen(...events.slice(from, from + 100));
    const seen = await take(stream, 2500);
    expect(seen.map((record) => Number(/^id: (\d+)/.exec(record)?.[1]))).toEqual(events.map((event) => event.seq));
  });

  it('does not tell again what the tail brings after it was read from the log', async () => {
    rows.push(anEvent(1), anEvent(2));
    tailAt = { tx: 0, seq: 0 };
    const stream = open('0');
    expect((await take(stream, 4)).slice(2).map((record) => record.slice(0, 5))).toEqual(['id: 1', 'id: 2']);
    await new Promise((resolve) => setImmediate(resolve));
    tailAt = null;
    const late = [...rows];
    rows.push(anEvent(3));
    for (const listener of listeners) listener([...late, anEvent(3)]);
    expect((await take(stream, 1))[0]).toContain('id: 3\n');
  });

  it('cuts off a client that takes nothing, and has room again', async () => {
    const stuck = open();
    const other = open();
    stuck.resume();
    stuck.pause();
    expect(() => open()).toThrow(expect.objectContaining({ code: 'quota_exceeded' }));
    await take(other, 2);
    happen(...Array.from({ length: 20 }, (_, index) => anEvent(index + 1)));
    await take(other, 20);
    for (let beat = 0; beat < 4 && !stuck.destroyed; beat += 1) await clock.advance(30_000);
    expect(stuck.destroyed).toBe(true);
    expect(other.destroyed).toBe(false);
    await new Promise((resolve) => setImmediate(resolve));
    open().destroy();
  });

  it('ends when the server stops, and opens no more', async () => {
    const stream = open();
    await take(stream, 2);
    const rest = take(stream, 1);
    streams.stop();
    expect(await rest).toEqual([]);
    expect(() => open()).toThrow();
  });
});

import { describe, expect, it } from 'vitest';
import { aConnection } from '../contracts/a-connection.ts';
import { createManualClock, createMemoryStore } from '../memory/index.ts';
import type { ConnectionSnapshot } from '../ports/connections.ts';
import type { Schedules } from '../ports/schedules.ts';
import { fireDueSchedules } from './fire-due-schedules.ts';

const NOON_MS = Date.UTC(2026, 2, 2, 12);
const HOUR_MS = 3_600_000;

function createBench(nowMs = NOON_MS) {
  const store = createMemoryStore();
  const clock = createManualClock(nowMs);
  const rung: string[] = [];
  const faults: unknown[] = [];
  return {
    store,
    clock,
    rung,
    faults,
    async armed(dueAtMs = NOON_MS, overrides: Partial<ConnectionSnapshot> = {}) {
      const connection = aConnection(overrides);
      await store.putConnection(connection);
      const { connectionId, spaceId, integrationName, crons } = connection;
      await store.schedules.arm({ connectionId, spaceId, integrationName, crons, tickAtMs: NOON_MS, dueAtMs });
      return connectionId;
    },
    fire(schedules: Schedules = store.schedules, signal = new AbortController().signal) {
      return fireDueSchedules({
        schedules,
        clock,
        newId: () => crypto.randomUUID(),
        ring: (connectionId) => rung.push(connectionId),
        onFault: (error) => faults.push(error),
        signal,
      });
    },
  };
}

describe('firing due schedules', () => {
  it('appends a message that names the nominal tick, rings, and plans the next tick', async () => {
    const bench = createBench(NOON_MS + 9000);
    const connectionId = await bench.armed(NOON_MS + 7000);
    expect(await bench.fire()).toEqual({ fired: 1, faults: 0 });
    expect(bench.rung).toEqual([connectionId]);
    const lease = await bench.store.leases.acquire(connectionId, 'host', NOON_MS, 30_000);
    const claimed = lease && (await bench.store.mailbox.claimNext(lease, NOON_MS + 9000));
    expect(claimed).toMatchObject({
      message: { kind: 'schedule', connection_id: connectionId, scheduled_for_ms: NOON_MS },
      queuedAtMs: NOON_MS + 9000,
    });
    const [next] = await bench.store.schedules.due(NOON_MS + 2 * HOUR_MS, 10);
    expect(next?.tickAtMs).toBe(NOON_MS + HOUR_MS);
  });

  it('leaves alone what is not due', async () => {
    const bench = createBench();
    await bench.armed(NOON_MS + 1);
    expect(await bench.fire()).toEqual({ fired: 0, faults: 0 });
    expect(bench.rung).toEqual([]);
  });

  it('fires once for all the ticks that were missed in a day', async () => {
    const bench = createBench(NOON_MS + 24 * HOUR_MS + 1);
    const connectionId = await bench.armed();
    expect(await bench.fire()).toEqual({ fired: 1, faults: 0 });
    expect(await bench.fire()).toEqual({ fired: 0, faults: 0 });
    expect(await bench.store.runs(connectionId)).toHaveLength(1);
  });

  it('fires all of a thousand', async () => {
    const bench = createBench();
    for (let index = 0; index < 1000; index += 1) await bench.armed();
    expect(await bench.fire()).toEqual({ fired: 1000, faults: 0 });
    expect(new Set(bench.rung).size).toBe(1000);
  });

  it('does not ring for a tick while the one before still waits', async () => {
    const bench = createBench();
    const connectionId = await bench.armed();
    await bench.fire();
    await bench.clock.advance(2 * HOUR_MS);
    expect(await bench.fire()).toEqual({ fired: 0, faults: 0 });
    expect(bench.rung).toEqual([connectionId]);
  });

  it('does not fire a tick a second time that a clock set back brings again', async () => {
    const bench = createBench();
    const connectionId = await bench.armed();
    const [schedule] = await bench.store.schedules.due(NOON_MS, 1);
    await bench.fire();
    const lease = await bench.store.leases.acquire(connectionId, 'host', NOON_MS, 30_000);
    if (lease) await bench.store.mailbox.claimNext(lease, NOON_MS);
    if (schedule) await bench.store.schedules.arm(schedule);
    expect(await bench.fire()).toEqual({ fired: 0, faults: 0 });
    expect(await bench.store.runs(connectionId)).toHaveLength(1);
  });

  it('does not ring for a schedule that another host has moved on', async () => {
    const bench = createBench();
    await bench.armed();
    const taken: Schedules = { ...bench.store.schedules, claim: async () => 'lost' };
    expect(await bench.fire(taken)).toEqual({ fired: 0, faults: 0 });
    expect(bench.rung).toEqual([]);
  });

  it('fires all others when one cannot be moved on, and does not try that one for ever', async () => {
    const bench = createBench();
    const broken = await bench.armed(NOON_MS - 1);
    for (let index = 0; index < 250; index += 1) await bench.armed();
    const faulty: Schedules = {
      ...bench.store.schedules,
      async claim(schedule, next, message) {
        if (schedule.connectionId === broken) throw new Error('disk full');
        return bench.store.schedules.claim(schedule, next, message);
      },
    };
    const first = await bench.fire(faulty);
    expect(first).toEqual({ fired: 199, faults: 1 });
    expect(await bench.fire(faulty)).toEqual({ fired: 51, faults: 1 });
    expect(bench.rung).not.toContain(broken);
    expect(bench.faults).toHaveLength(2);
  });

  it('stops in the middle when it is told to', async () => {
    const bench = createBench();
    for (let index = 0; index < 5; index += 1) await bench.armed();
    const stop = new AbortController();
    const stopping: Schedules = {
      ...bench.store.schedules,
      async claim(schedule, next, message) {
        if (bench.rung.length === 1) stop.abort();
        return bench.store.schedules.claim(schedule, next, message);
      },
    };
    expect(await bench.fire(stopping, stop.signal)).toEqual({ fired: 2, faults: 0 });
  });
});

import { describe, expect, it } from 'vitest';
import { anOutcome } from '../../test/an-outcome.ts';
import { createDispatcherBench } from '../../test/dispatcher-bench.ts';
import { createHeldRun, hang, takeMs } from '../../test/scripted-runner.ts';
import type { MemoryStore } from '../memory/index.ts';
import { MAX_ATTEMPTS } from './retry-policy.ts';

const MINUTE_MS = 60_000;
const LEASE_TTL_MS = 30_000;

describe('stopping a dispatcher', () => {
  it('waits for the run that goes on, settles it, and claims nothing more', async () => {
    const bench = createDispatcherBench({ script: (_run, clock) => takeMs(clock, 3000) });
    const connection = await bench.connection();
    await bench.append(connection);
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.settle();
    let isStopped = false;
    const stopped = bench.dispatcher.stop({ graceMs: 10_000 }).then(() => {
      isStopped = true;
    });
    await bench.clock.advance(2999);
    expect(isStopped).toBe(false);
    await bench.clock.advance(1);
    await stopped;
    expect(await bench.statuses(connection)).toEqual({ succeeded: 1, queued: 1 });
    expect(bench.clock.pending()).toBe(0);
  });

  it('cuts a run short when the grace is over, and leaves it for the next start', async () => {
    const bench = createDispatcherBench({ script: hang });
    const connection = await bench.connection();
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.settle();
    const stopped = bench.dispatcher.stop({ graceMs: 10_000 });
    await bench.clock.advance(9999);
    expect(bench.runner.asked[0]?.signal.aborted).toBe(false);
    await bench.clock.advance(1);
    await stopped;
    expect(bench.runner.asked[0]?.signal.aborted).toBe(true);
    expect(await bench.statuses(connection)).toEqual({ running: 1 });

    const next = createDispatcherBench({ store: bench.store, nowMs: bench.clock.nowMs() });
    next.dispatcher.start();
    await next.clock.settle();
    expect(next.runner.asked).toMatchObject([{ claimed: { attempt: 2 } }]);
    expect(await next.statuses(connection)).toEqual({ succeeded: 1 });
  });

  it('starts no run whose message was claimed just before it was cut short', async () => {
    const bench = createDispatcherBench({
      wrap: ({ connections }) => ({
        connections: {
          async load(connectionId) {
            await takeMs(bench.clock, 1000);
            return connections.load(connectionId);
          },
        },
      }),
    });
    const connection = await bench.connection();
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.settle();
    const stopped = bench.dispatcher.stop({ graceMs: 500 });
    await bench.clock.advance(1000);
    await stopped;
    expect(bench.runner.asked).toEqual([]);
    expect(await bench.statuses(connection)).toEqual({ running: 1 });
  });

  it('is over at once when nothing runs, and leaves no timer behind', async () => {
    const bench = createDispatcherBench();
    await bench.scheduled();
    bench.dispatcher.start();
    await bench.clock.settle();
    bench.dispatcher.ring((await bench.connection()).connectionId, bench.clock.nowMs() + MINUTE_MS);
    await bench.dispatcher.stop({ graceMs: 10_000 });
    expect(bench.clock.pending()).toBe(0);
  });

  it('is the same stop however often it is asked for, and nothing starts again', async () => {
    const held = createHeldRun();
    const bench = createDispatcherBench({ script: () => held.outcome });
    const connection = await bench.connection();
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.settle();
    const first = bench.dispatcher.stop({ graceMs: 10_000 });
    expect(bench.dispatcher.stop({ graceMs: 0 })).toBe(first);
    held.end();
    await first;
    await bench.append(connection);
    bench.dispatcher.start();
    bench.dispatcher.ring(connection.connectionId);
    bench.dispatcher.ring(connection.connectionId, bench.clock.nowMs() + MINUTE_MS);
    expect(bench.clock.pending()).toBe(0);
    await bench.clock.advance(MINUTE_MS);
    expect(await bench.statuses(connection)).toEqual({ succeeded: 1, queued: 1 });
  });

  it('waits for a schedule that is being fired, and for nothing after it', async () => {
    const bench = createDispatcherBench({
      wrap: ({ schedules }) => ({
        schedules: {
          ...schedules,
          async due(...given) {
            await takeMs(bench.clock, 1000);
            return schedules.due(...given);
          },
        },
      }),
    });
    bench.dispatcher.start();
    await bench.clock.settle();
    const stopped = bench.dispatcher.stop({ graceMs: 10_000 });
    await bench.clock.advance(1000);
    await stopped;
    expect(bench.clock.pending()).toBe(0);
  });

  it('ends everything although it was started twice', async () => {
    let sweeps = 0;
    const bench = createDispatcherBench({
      wrap: ({ mailbox }) => ({
        mailbox: {
          ...mailbox,
          async connectionsWithMail(...given) {
            sweeps += 1;
            return mailbox.connectionsWithMail(...given);
          },
        },
      }),
    });
    bench.dispatcher.start();
    bench.dispatcher.start();
    await bench.clock.settle();
    expect(sweeps).toBe(1);
    await bench.dispatcher.stop({ graceMs: 0 });
    expect(bench.clock.pending()).toBe(0);
  });

  it('keeps a manual request that arrives after the stop for the next start', async () => {
    const bench = createDispatcherBench();
    const { connectionId, spaceId, integrationName } = await bench.connection();
    bench.dispatcher.start();
    await bench.dispatcher.stop({ graceMs: 0 });
    const request = { connectionId, spaceId, integrationName, requestedBy: 'a person' };
    const { runId } = await bench.dispatcher.enqueueManual(request);
    const next = createDispatcherBench({ store: bench.store });
    next.dispatcher.start();
    await next.clock.settle();
    expect(next.runner.asked.map(({ claimed }) => claimed.id)).toEqual([runId]);
  });
});

describe('a dispatcher that is killed', () => {
  /** Starts a process that dies in the middle of a run: nothing of it moves any more. */
  async function killInRun(store: MemoryStore, nowMs: number): Promise<void> {
    const killed = createDispatcherBench({ store, nowMs, script: hang });
    killed.dispatcher.start();
    await killed.clock.settle();
    expect(killed.runner.asked.length).toBeGreaterThan(0);
  }

  it('leaves nothing behind that its successor does not finish, once', async () => {
    const first = createDispatcherBench({ script: () => hang() });
    const connections = await Promise.all(Array.from({ length: 10 }, () => first.connection()));
    for (const connection of connections) {
      for (let index = 0; index < 5; index += 1) await first.append(connection);
    }
    await killInRun(first.store, first.clock.nowMs());
    const next = createDispatcherBench({
      store: first.store,
      nowMs: first.clock.nowMs() + 1000,
      script: () => anOutcome({ itemsCreated: 1 }),
    });
    next.dispatcher.start();
    await next.clock.advance(2 * LEASE_TTL_MS);
    for (const connection of connections) {
      expect(await next.statuses(connection)).toEqual({ succeeded: 5 });
      const runs = await next.store.runs(connection.connectionId);
      expect(runs.every((run) => run.items_created === 1)).toBe(true);
    }
    expect(next.runner.asked).toHaveLength(50);
  });

  it('is not killed for ever by one message: after five attempts it is given up', async () => {
    const bench = createDispatcherBench();
    const connection = await bench.connection();
    await bench.append(connection);
    let nowMs = bench.clock.nowMs();
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      await killInRun(bench.store, nowMs);
      nowMs += 2 * LEASE_TTL_MS;
    }
    const next = createDispatcherBench({ store: bench.store, nowMs, script: hang });
    const later = await next.append(connection);
    next.dispatcher.start();
    await next.clock.settle();
    expect(next.runner.asked.map(({ claimed }) => claimed.id)).toEqual([later]);
    expect(await next.statuses(connection)).toEqual({ dead: 1, running: 1 });
    expect(await next.store.activity(connection.connectionId)).toMatchObject([{ detail: { kind: 'dead_letter' } }]);
  });
});

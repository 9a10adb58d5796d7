import type { Registration } from '@withmarfa/shared';
import { describe, expect, it } from 'vitest';
import { aFailure, anOutcome } from '../../test/an-outcome.ts';
import { createDispatcherBench, type DispatcherBench } from '../../test/dispatcher-bench.ts';
import { createHeldRun } from '../../test/scripted-runner.ts';
import type { ConnectionSnapshot } from '../ports/connections.ts';
import { aRenewalMessage } from '../renewals/a-renewal-message.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Registered for so long at every renewal. */
function lasting(lifeMs: number, nowMs: number): Registration[] {
  return [{ id: crypto.randomUUID(), expires_at: new Date(nowMs + lifeMs).toISOString() }];
}

const wish = (bench: DispatcherBench, connection: ConnectionSnapshot) =>
  bench.store.mailbox.append(aRenewalMessage(connection, { id: crypto.randomUUID(), nowMs: bench.clock.nowMs() }));

describe('a dispatcher and what ends by itself', () => {
  it('renews an hour each time while twelve pass, with what there was', async () => {
    const bench = createDispatcherBench({
      script: (_run, clock) => anOutcome({ registrations: lasting(HOUR_MS, clock.nowMs()) }),
    });
    const connection = await bench.connection();
    await wish(bench, connection);
    bench.dispatcher.start();
    await bench.clock.advance(12 * HOUR_MS);
    const times = bench.runner.asked.map(({ startedMs }) => startedMs);
    const gaps = times.slice(1).map((time, index) => (time - (times[index] ?? 0)) / MINUTE_MS);
    expect(gaps).toEqual(Array.from({ length: 15 }, () => 48));
    expect(bench.runner.asked[0]?.connection.registrations).toEqual([]);
    for (const { connection: seen } of bench.runner.asked.slice(1)) expect(seen.registrations).toHaveLength(1);
    await bench.dispatcher.stop({ graceMs: 0 });
  });

  it('renews what lives for seconds alone, without waiting for its usual look', async () => {
    const bench = createDispatcherBench({
      script: (_run, clock) => anOutcome({ registrations: lasting(5000, clock.nowMs()) }),
    });
    const connection = await bench.connection();
    await wish(bench, connection);
    bench.dispatcher.start();
    await bench.clock.advance(12_000);
    const [first = 0, ...others] = bench.runner.asked.map(({ startedMs }) => startedMs);
    expect(others.map((time) => time - first)).toEqual([4000, 8000, 12_000]);
    await bench.dispatcher.stop({ graceMs: 0 });
  });

  it('renews at once what a jump of the clock has left behind', async () => {
    const bench = createDispatcherBench({
      script: (_run, clock) => anOutcome({ registrations: lasting(720 * HOUR_MS, clock.nowMs()) }),
    });
    const connection = await bench.connection();
    await wish(bench, connection);
    bench.dispatcher.start();
    await bench.clock.settle();
    bench.clock.jump(800 * HOUR_MS);
    await bench.clock.advance(MINUTE_MS);
    expect(bench.runner.asked).toHaveLength(2);
    await bench.dispatcher.stop({ graceMs: 0 });
  });

  it('never renews one Connection twice at the same time, and does not lose a wish that comes meanwhile', async () => {
    const held = createHeldRun();
    const bench = createDispatcherBench({
      script: ({ claimed }) => (claimed.id === first ? held.outcome : anOutcome()),
    });
    const connection = await bench.connection();
    const message = aRenewalMessage(connection, { id: crypto.randomUUID(), nowMs: bench.clock.nowMs() });
    const first = message.id;
    await bench.store.mailbox.append(message);
    bench.dispatcher.start();
    await bench.clock.settle();
    for (let count = 0; count < 3; count += 1) {
      await wish(bench, connection);
      bench.dispatcher.ring(connection.connectionId);
    }
    await bench.clock.settle();
    expect(bench.runner.asked).toHaveLength(1);
    held.end(anOutcome({ registrations: lasting(HOUR_MS, bench.clock.nowMs()) }));
    await bench.clock.settle();
    expect(bench.runner.asked).toHaveLength(2);
    expect(bench.runner.peak.ofOneConnection).toBe(1);
    await bench.dispatcher.stop({ graceMs: 0 });
  });

  it('renews nothing while its Connection is paused, and at once when it is resumed', async () => {
    const bench = createDispatcherBench({
      script: (_run, clock) => anOutcome({ registrations: lasting(HOUR_MS, clock.nowMs()) }),
    });
    const connection = await bench.connection();
    await wish(bench, connection);
    bench.dispatcher.start();
    await bench.clock.settle();
    await bench.store.putConnection({ ...connection, runtimeStatus: 'paused' });
    await bench.clock.advance(5 * HOUR_MS);
    expect(bench.runner.asked).toHaveLength(1);
    await bench.store.putConnection(connection);
    bench.dispatcher.ring(connection.connectionId);
    await bench.clock.settle();
    expect(bench.runner.asked).toHaveLength(2);
    await bench.dispatcher.stop({ graceMs: 0 });
  });

  it('says of a fault of the store where it came up, and goes on', async () => {
    let isBroken = true;
    const bench = createDispatcherBench({
      script: (_run, clock) => anOutcome({ registrations: lasting(HOUR_MS, clock.nowMs()) }),
      wrap: ({ renewals }) => ({
        renewals: {
          ...renewals,
          claim: (renewal, message) =>
            isBroken ? Promise.reject(new Error('disk full')) : renewals.claim(renewal, message),
        },
      }),
    });
    const connection = await bench.connection();
    await wish(bench, connection);
    bench.dispatcher.start();
    await bench.clock.advance(49 * MINUTE_MS);
    expect(bench.faults[0]?.where).toEqual({ task: 'renewal', connectionId: connection.connectionId });
    expect(bench.runner.asked).toHaveLength(1);
    isBroken = false;
    await bench.clock.advance(MINUTE_MS);
    expect(bench.runner.asked).toHaveLength(2);
    await bench.dispatcher.stop({ graceMs: 0 });
  });

  it('tries a failing one again with growing waits, then every hour', async () => {
    const bench = createDispatcherBench({ script: () => aFailure() });
    const connection = await bench.connection();
    await wish(bench, connection);
    bench.dispatcher.start();
    await bench.clock.advance(3 * HOUR_MS + 30 * MINUTE_MS);
    const attempts = bench.runner.asked.map(({ claimed }) => claimed.attempt);
    expect(attempts).toEqual(Array.from({ length: 4 }, () => [1, 2, 3, 4, 5]).flat());
    expect(await bench.store.activity(connection.connectionId)).toHaveLength(1);
    await bench.dispatcher.stop({ graceMs: 0 });
  });
});

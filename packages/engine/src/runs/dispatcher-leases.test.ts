import { describe, expect, it } from 'vitest';
import { createDispatcherBench } from '../../test/dispatcher-bench.ts';
import { type AskedRun, hang, takeMs } from '../../test/scripted-runner.ts';
import type { ManualClock } from '../memory/index.ts';

const MINUTE_MS = 60_000;
const LEASE_TTL_MS = 30_000;

describe('a dispatcher and its leases', () => {
  it('keeps its lease over a run that is longer than the lease', async () => {
    const bench = createDispatcherBench({ script: (_run, clock) => takeMs(clock, 110_000) });
    const connection = await bench.connection();
    await bench.append(connection);
    bench.dispatcher.start();
    for (let index = 0; index < 10; index += 1) {
      await bench.clock.advance(10_000);
      const nowMs = bench.clock.nowMs();
      expect(await bench.store.leases.acquire(connection.connectionId, 'thief', nowMs, LEASE_TTL_MS)).toBeNull();
    }
    await bench.clock.advance(10_000);
    expect(await bench.statuses(connection)).toEqual({ succeeded: 1 });
  });

  it('cuts a run short whose lease was taken over, and writes nothing', async () => {
    const bench = createDispatcherBench({ script: hang });
    const connection = await bench.connection();
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.settle();
    const { connectionId } = connection;
    const afterExpiryMs = bench.clock.nowMs() + LEASE_TTL_MS + 1;
    await bench.store.leases.acquire(connectionId, 'successor', afterExpiryMs, 10 * MINUTE_MS);
    await bench.clock.advance(LEASE_TTL_MS);
    expect(bench.runner.asked[0]?.signal.aborted).toBe(true);
    expect(await bench.statuses(connection)).toEqual({ running: 1 });
    expect(await bench.store.health(connectionId)).toMatchObject({ consecutiveFailures: 0 });
    expect(bench.faults).toEqual([]);
  });

  it('cuts a run short when its lease cannot be renewed in time', async () => {
    const bench = createDispatcherBench({
      script: hang,
      wrap: ({ leases }) => ({
        leases: {
          ...leases,
          renew: async () => {
            throw new Error('store is down');
          },
        },
      }),
    });
    const connection = await bench.connection();
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.advance(LEASE_TTL_MS - 1);
    expect(bench.runner.asked[0]?.signal.aborted).toBe(false);
    await bench.clock.advance(1);
    expect(bench.runner.asked[0]?.signal.aborted).toBe(true);
    expect(bench.faults[0]?.where).toEqual({ task: 'lease', connectionId: connection.connectionId });
  });

  it('counts the life of its lease from the last renewal', async () => {
    let isDown = false;
    const bench = createDispatcherBench({
      script: hang,
      wrap: ({ leases }) => ({
        leases: {
          ...leases,
          async renew(...given) {
            if (isDown) throw new Error('store is down');
            return leases.renew(...given);
          },
        },
      }),
    });
    await bench.append(await bench.connection());
    bench.dispatcher.start();
    await bench.clock.advance(60_000);
    isDown = true;
    await bench.clock.advance(LEASE_TTL_MS - 1);
    expect(bench.runner.asked[0]?.signal.aborted).toBe(false);
    await bench.clock.advance(1);
    expect(bench.runner.asked[0]?.signal.aborted).toBe(true);
  });

  it('claims nothing more once its lease could not be renewed in time', async () => {
    const bench = createDispatcherBench({
      wrap: ({ leases, mailbox }) => ({
        leases: {
          ...leases,
          renew: async () => {
            throw new Error('store is slow');
          },
        },
        mailbox: {
          ...mailbox,
          async settle(...given) {
            await takeMs(bench.clock, LEASE_TTL_MS + 1);
            return mailbox.settle(...given);
          },
        },
      }),
    });
    const connection = await bench.connection();
    await bench.append(connection);
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.advance(LEASE_TTL_MS + 1);
    expect(await bench.statuses(connection)).toEqual({ succeeded: 1, queued: 1 });
    expect((await bench.store.runs(connection.connectionId)).map(({ attempt }) => attempt)).toEqual([1, 0]);
  });

  it('comes back for a Connection that another host held and then died', async () => {
    const bench = createDispatcherBench({
      wrap: ({ mailbox }) => ({ mailbox: { ...mailbox, connectionsWithMail: async () => [] } }),
    });
    const connection = await bench.connection();
    await bench.append(connection);
    await bench.store.leases.acquire(connection.connectionId, 'dead host', bench.clock.nowMs(), LEASE_TTL_MS);
    bench.dispatcher.start();
    bench.dispatcher.ring(connection.connectionId);
    await bench.clock.advance(LEASE_TTL_MS - 1);
    expect(await bench.statuses(connection)).toEqual({ queued: 1 });
    await bench.clock.advance(1);
    expect(await bench.statuses(connection)).toEqual({ succeeded: 1 });
  });

  it('works on one mailbox with another process without running anything twice', async () => {
    const script = (_run: AskedRun, clock: ManualClock) => takeMs(clock, 100);
    const one = createDispatcherBench({ script });
    const other = createDispatcherBench({ script, store: one.store, clock: one.clock });
    const connections = await Promise.all(Array.from({ length: 5 }, () => one.connection()));
    for (const connection of connections) {
      for (let index = 0; index < 10; index += 1) await one.append(connection);
    }
    one.dispatcher.start();
    other.dispatcher.start();
    await one.clock.advance(2 * MINUTE_MS);
    for (const connection of connections) expect(await one.statuses(connection)).toEqual({ succeeded: 10 });
    const ids = [...one.runner.asked, ...other.runner.asked].map(({ claimed }) => claimed.id);
    expect(ids).toHaveLength(50);
    expect(new Set(ids).size).toBe(50);
  });
});

import { describe, expect, it } from 'vitest';
import { createDispatcherBench } from '../../test/dispatcher-bench.ts';
import type { EnginePorts } from '../ports/engine-ports.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A store that is down until it is mended, and counts how often it was asked. */
function createOutage() {
  const outage = { isDown: true, calls: 0 };
  function failing<Arguments extends unknown[], Result>(call: (...given: Arguments) => Promise<Result>) {
    return async (...given: Arguments): Promise<Result> => {
      outage.calls += 1;
      if (outage.isDown) throw new Error('store is down');
      return call(...given);
    };
  }
  return { outage, failing };
}

describe('a dispatcher whose store fails', () => {
  it.each<[string, (ports: EnginePorts, failing: ReturnType<typeof createOutage>['failing']) => Partial<EnginePorts>]>([
    ['giving leases', ({ leases }, failing) => ({ leases: { ...leases, acquire: failing(leases.acquire) } })],
    ['ending leases', ({ leases }, failing) => ({ leases: { ...leases, release: failing(leases.release) } })],
    ['claiming', ({ mailbox }, failing) => ({ mailbox: { ...mailbox, claimNext: failing(mailbox.claimNext) } })],
    ['loading', ({ connections }, failing) => ({ connections: { load: failing(connections.load) } })],
    [
      'looking ahead',
      ({ mailbox }, failing) => ({ mailbox: { ...mailbox, nextDueAtMs: failing(mailbox.nextDueAtMs) } }),
    ],
  ])('%s tells so, backs off, and goes on when it is mended', async (_what, wrap) => {
    const { outage, failing } = createOutage();
    const bench = createDispatcherBench({ wrap: (ports) => wrap(ports, failing) });
    const connection = await bench.connection();
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.advance(MINUTE_MS);
    expect(bench.faults.length).toBeGreaterThan(1);
    expect(bench.faults[0]?.where.connectionId).toBe(connection.connectionId);
    expect(outage.calls).toBeLessThan(20);
    outage.isDown = false;
    // Attempts that the outage cut short count, so the message may have been tried often enough already.
    await bench.append(connection);
    await bench.clock.advance(2 * MINUTE_MS);
    const { succeeded = 0, dead = 0 } = await bench.statuses(connection);
    expect(succeeded + dead).toBe(2);
    expect(succeeded).toBeGreaterThan(0);
  });

  it('goes on soon after a single fault: the lease is given back', async () => {
    let isFirst = true;
    const bench = createDispatcherBench({
      wrap: ({ connections }) => ({
        connections: {
          async load(connectionId) {
            if (!isFirst) return connections.load(connectionId);
            isFirst = false;
            throw new Error('store is down');
          },
        },
      }),
    });
    const connection = await bench.connection();
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.advance(1000);
    expect(bench.faults).toHaveLength(1);
    expect(await bench.statuses(connection)).toEqual({ succeeded: 1 });
  });

  it('settling gives a run up when no attempt can be settled but the last word can', async () => {
    const bench = createDispatcherBench({
      wrap: ({ mailbox }) => ({
        mailbox: {
          ...mailbox,
          async settle(lease, claimed, settlement) {
            if (settlement.run.status === 'succeeded') throw new Error('value cannot be stored');
            return mailbox.settle(lease, claimed, settlement);
          },
        },
      }),
    });
    const connection = await bench.connection();
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.advance(5 * MINUTE_MS);
    expect(bench.runner.asked).toHaveLength(5);
    expect(await bench.statuses(connection)).toEqual({ dead: 1 });
    expect(bench.faults).toHaveLength(5);
  });

  it.each<[string, keyof EnginePorts['schedules']]>([
    ['reading what is due', 'due'],
    ['claiming a schedule', 'claim'],
    ['looking for the next tick', 'nextDueAtMs'],
  ])('%s tells so, backs off, and fires when it is mended', async (_what, method) => {
    const { outage, failing } = createOutage();
    const bench = createDispatcherBench({
      wrap: ({ schedules }) => ({
        schedules: { ...schedules, [method]: failing(schedules[method] as () => Promise<unknown>) },
      }),
    });
    const connection = await bench.scheduled();
    bench.dispatcher.start();
    await bench.clock.advance(HOUR_MS + 2 * MINUTE_MS);
    expect(bench.faults.length).toBeGreaterThan(0);
    expect(bench.faults.every(({ where }) => where.task === 'schedule')).toBe(true);
    expect(outage.calls).toBeLessThan(300);
    outage.isDown = false;
    await bench.clock.advance(MINUTE_MS);
    expect(await bench.statuses(connection)).toEqual({ succeeded: 1 });
  });

  it('sweeping tells so, and sweeps again when it is mended', async () => {
    const { outage, failing } = createOutage();
    const bench = createDispatcherBench({
      wrap: ({ mailbox }) => ({ mailbox: { ...mailbox, connectionsWithMail: failing(mailbox.connectionsWithMail) } }),
    });
    const connection = await bench.connection();
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.advance(MINUTE_MS);
    expect(bench.faults[0]?.where).toEqual({ task: 'sweep' });
    expect(outage.calls).toBeLessThan(12);
    outage.isDown = false;
    await bench.clock.advance(MINUTE_MS);
    expect(await bench.statuses(connection)).toEqual({ succeeded: 1 });
  });

  it('in one Connection alone leaves the others undisturbed', async () => {
    const broken: string[] = [];
    const bench = createDispatcherBench({
      options: { maxConcurrentDrains: 1 },
      wrap: ({ connections }) => ({
        connections: {
          async load(connectionId) {
            if (broken.includes(connectionId)) throw new Error('row is damaged');
            return connections.load(connectionId);
          },
        },
      }),
    });
    const [damaged, sound] = [await bench.connection(), await bench.connection()];
    broken.push(damaged.connectionId);
    await bench.append(damaged);
    await bench.append(sound);
    bench.dispatcher.start();
    await bench.clock.settle();
    expect(await bench.statuses(sound)).toEqual({ succeeded: 1 });
    expect(bench.faults.map(({ where }) => where)).toEqual([{ task: 'drain', connectionId: damaged.connectionId }]);
  });
});

describe('a dispatcher whose store contradicts itself', () => {
  it('does not spin over mail that is always due and can never be claimed', async () => {
    let calls = 0;
    const bench = createDispatcherBench({
      wrap: ({ mailbox }) => ({
        mailbox: {
          ...mailbox,
          async claimNext() {
            calls += 1;
            return null;
          },
        },
      }),
    });
    await bench.append(await bench.connection());
    bench.dispatcher.start();
    await bench.clock.advance(10_000);
    expect(calls).toBeLessThan(50);
  });

  it('does not spin over a tick that is always next and never due', async () => {
    let calls = 0;
    const bench = createDispatcherBench({
      wrap: ({ schedules }) => ({
        schedules: {
          ...schedules,
          async due() {
            calls += 1;
            return [];
          },
          nextDueAtMs: async () => 0,
        },
      }),
    });
    bench.dispatcher.start();
    await bench.clock.advance(10_000);
    expect(calls).toBeLessThan(50);
  });
});

import { describe, expect, it } from 'vitest';
import { aFailure, anOutcome } from '../../test/an-outcome.ts';
import { createDispatcherBench } from '../../test/dispatcher-bench.ts';
import { createHeldRun, hang, takeMs } from '../../test/scripted-runner.ts';
import { MAX_ATTEMPTS } from './retry-policy.ts';

const MINUTE_MS = 60_000;

describe('a dispatcher', () => {
  it('runs a manual request at once and settles what came of it', async () => {
    const bench = createDispatcherBench({
      script: () => anOutcome({ cursorSet: { main: 7 }, itemsCreated: 2 }),
    });
    const { connectionId, spaceId, integrationName } = await bench.connection();
    bench.dispatcher.start();
    const request = { connectionId, spaceId, integrationName, requestedBy: 'a person' };
    const { runId } = await bench.dispatcher.enqueueManual(request);
    await bench.clock.settle();
    expect(bench.runner.asked.map(({ claimed }) => claimed.message)).toMatchObject([
      { kind: 'manual', connection_id: connectionId, tenant_id: spaceId, requested_by: 'a person' },
    ]);
    expect(await bench.store.runs(connectionId)).toMatchObject([{ id: runId, status: 'succeeded', items_created: 2 }]);
    expect(await bench.store.cursors(connectionId)).toEqual({ main: 7 });
    expect(await bench.store.activity(connectionId)).toMatchObject([{ detail: { kind: 'run_succeeded' } }]);
  });

  it('gives a run the Connection as it is and a deadline', async () => {
    const bench = createDispatcherBench({ options: { runTimeoutMs: 7000 } });
    const connection = await bench.connection({ cursors: { main: 1 }, configuration: { feed_url: 'x' } });
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.settle();
    expect(bench.runner.asked).toMatchObject([
      { connection, deadlineMs: bench.clock.nowMs() + 7000, signal: { aborted: false } },
    ]);
  });

  it('counts the time of a run from when its handler begins, not from when it began to wait for a place', async () => {
    const bench: ReturnType<typeof createDispatcherBench> = createDispatcherBench({
      options: { runTimeoutMs: 7000 },
      wrap: ({ runner }) => ({
        runner: {
          async run(claimed, connection, options) {
            await new Promise<void>((resolve) => bench.clock.at(bench.clock.nowMs() + 10 * MINUTE_MS, resolve));
            return runner.run(claimed, connection, options);
          },
        },
      }),
    });
    const connection = await bench.connection();
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.advance(11 * MINUTE_MS);
    expect(await bench.statuses(connection)).toEqual({ succeeded: 1 });
  });

  it('claims nothing for a Connection before its host lets it in', async () => {
    const letIn: (() => void)[] = [];
    const bench = createDispatcherBench({
      options: {
        async admit(_connectionId, drain) {
          await new Promise<void>((resolve) => letIn.push(resolve));
          return drain();
        },
      },
    });
    const connection = await bench.connection();
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.settle();
    expect(await bench.statuses(connection)).toEqual({ queued: 1 });
    for (const resolve of letIn) resolve();
    await bench.clock.settle();
    expect(await bench.statuses(connection)).toEqual({ succeeded: 1 });
  });

  it('finds after a start what nobody rang for', async () => {
    const bench = createDispatcherBench();
    const connection = await bench.connection();
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.settle();
    expect(await bench.statuses(connection)).toEqual({ succeeded: 1 });
  });

  it('finds later what nobody rang for', async () => {
    const bench = createDispatcherBench();
    bench.dispatcher.start();
    await bench.clock.settle();
    const connection = await bench.connection();
    await bench.append(connection);
    await bench.clock.advance(MINUTE_MS);
    expect(await bench.statuses(connection)).toEqual({ succeeded: 1 });
  });

  it('runs nothing before its start, and then what was rung for', async () => {
    const bench = createDispatcherBench({
      wrap: ({ mailbox }) => ({ mailbox: { ...mailbox, connectionsWithMail: async () => [] } }),
    });
    const connection = await bench.connection();
    await bench.append(connection);
    bench.dispatcher.ring(connection.connectionId);
    await bench.clock.advance(MINUTE_MS);
    expect(bench.runner.asked).toEqual([]);
    bench.dispatcher.start();
    await bench.clock.settle();
    expect(await bench.statuses(connection)).toEqual({ succeeded: 1 });
  });

  it('wakes a Connection at the time it was rung for, the earliest of several', async () => {
    const bench = createDispatcherBench({
      wrap: ({ mailbox }) => ({ mailbox: { ...mailbox, connectionsWithMail: async () => [] } }),
    });
    const connection = await bench.connection();
    bench.dispatcher.start();
    const nowMs = bench.clock.nowMs();
    for (const delayMs of [9000, 5000, 7000]) bench.dispatcher.ring(connection.connectionId, nowMs + delayMs);
    await bench.append(connection);
    await bench.clock.advance(4999);
    expect(bench.runner.asked).toEqual([]);
    await bench.clock.advance(1);
    expect(bench.runner.asked).toHaveLength(1);
  });

  it('runs one message of a Connection at a time and as many Connections at once as it may', async () => {
    const bench = createDispatcherBench({
      script: (_run, clock) => takeMs(clock, 100),
      options: { maxConcurrentDrains: 3 },
    });
    const connections = await Promise.all(Array.from({ length: 8 }, () => bench.connection()));
    for (const connection of connections) {
      for (let index = 0; index < 3; index += 1) await bench.append(connection);
    }
    bench.dispatcher.start();
    for (let index = 0; index < 20; index += 1) {
      for (const { connectionId } of connections) bench.dispatcher.ring(connectionId);
      await bench.clock.advance(100);
    }
    for (const connection of connections) expect(await bench.statuses(connection)).toEqual({ succeeded: 3 });
    expect(bench.runner.peak).toEqual({ all: 3, ofOneConnection: 1 });
  });

  it('leaves a Connection alone that is rung while it drains, until that drain has ended', async () => {
    let acquired = 0;
    const bench = createDispatcherBench({
      script: (_run, clock) => takeMs(clock, 1000),
      wrap: ({ leases }) => ({
        leases: {
          ...leases,
          async acquire(...given) {
            acquired += 1;
            return leases.acquire(...given);
          },
        },
      }),
    });
    const connection = await bench.connection();
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.settle();
    for (let index = 0; index < 5; index += 1) {
      bench.dispatcher.ring(connection.connectionId);
      await bench.clock.advance(100);
    }
    expect(acquired).toBe(1);
    await bench.clock.advance(1000);
    expect(acquired).toBe(2);
  });

  it('lets a quiet Connection in between the many messages of a noisy one', async () => {
    const bench = createDispatcherBench({
      script: (_run, clock) => takeMs(clock, 1),
      options: { maxConcurrentDrains: 1, turn: { maxMessages: 10, maxMs: MINUTE_MS } },
    });
    const [noisy, quiet] = [await bench.connection(), await bench.connection()];
    for (let index = 0; index < 100; index += 1) await bench.append(noisy);
    bench.dispatcher.start();
    await bench.clock.settle();
    await bench.append(quiet);
    bench.dispatcher.ring(noisy.connectionId);
    bench.dispatcher.ring(quiet.connectionId);
    await bench.clock.advance(1000);
    const order = bench.runner.asked.map(({ claimed }) => claimed.connectionId);
    expect(order).toHaveLength(101);
    expect(order.indexOf(quiet.connectionId)).toBe(10);
  });

  it('lets a quiet Connection in when a noisy one has had its time', async () => {
    const bench = createDispatcherBench({
      script: (_run, clock) => takeMs(clock, 4000),
      options: { maxConcurrentDrains: 1, turn: { maxMessages: 100, maxMs: 10_000 } },
    });
    const [noisy, quiet] = [await bench.connection(), await bench.connection()];
    for (let index = 0; index < 10; index += 1) await bench.append(noisy);
    await bench.append(quiet);
    bench.dispatcher.start();
    await bench.clock.advance(20_000);
    const order = bench.runner.asked.map(({ claimed }) => claimed.connectionId);
    expect(order.indexOf(quiet.connectionId)).toBe(3);
  });

  it('takes a message that arrives while the last one is being settled, without waiting for a sweep', async () => {
    let arrive = async () => {};
    const bench = createDispatcherBench({
      wrap: ({ leases }) => ({
        leases: {
          ...leases,
          async release(lease) {
            // As another process does: it appends while we hold the lease, so its own drain finds it taken.
            await arrive();
            await leases.release(lease);
          },
        },
      }),
    });
    const connection = await bench.connection();
    await bench.append(connection);
    arrive = async () => {
      arrive = async () => {};
      await bench.append(connection);
    };
    bench.dispatcher.start();
    await bench.clock.advance(1000);
    expect(await bench.statuses(connection)).toEqual({ succeeded: 2 });
  });

  it('tries a failure again after its delay, and gives it up after five attempts', async () => {
    const bench = createDispatcherBench({ script: () => aFailure() });
    const connection = await bench.connection();
    await bench.append(connection);
    const startMs = bench.clock.nowMs();
    bench.dispatcher.start();
    await bench.clock.advance(10 * MINUTE_MS);
    const starts = bench.runner.asked.map(({ startedMs }) => startedMs - startMs);
    expect(starts).toEqual([0, 5000, 15_000, 35_000, 75_000]);
    expect(await bench.statuses(connection)).toEqual({ dead: 1 });
    expect(bench.store.connection(connection.connectionId)).toMatchObject({
      runtimeStatus: 'failing',
      consecutiveFailures: MAX_ATTEMPTS,
    });
  });

  it('goes on with other messages while a poisoned one waits', async () => {
    let poison = '';
    const bench = createDispatcherBench({
      script: ({ claimed }) => (claimed.id === poison ? aFailure() : anOutcome()),
    });
    const connection = await bench.connection();
    poison = await bench.append(connection);
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.settle();
    expect(await bench.statuses(connection)).toEqual({ retrying: 1, succeeded: 1 });
  });

  it('skips what lies in the mailbox of a revoked Connection without asking the runner', async () => {
    const bench = createDispatcherBench();
    const connection = await bench.connection({ active: false });
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.settle();
    expect(bench.runner.asked).toEqual([]);
    expect(await bench.statuses(connection)).toEqual({ skipped: 1 });
  });
});

describe('a dispatcher whose runner misbehaves', () => {
  it.each([
    ['rejects', () => Promise.reject(new Error('no such process'))],
    [
      'throws',
      () => {
        throw new Error('no such process');
      },
    ],
  ])('tries again when it %s', async (_how, run) => {
    const bench = createDispatcherBench({ wrap: () => ({ runner: { run } }) });
    const connection = await bench.connection();
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.settle();
    const error = 'the runner failed: no such process';
    expect(await bench.store.runs(connection.connectionId)).toMatchObject([{ status: 'retrying', error }]);
    expect(bench.faults).toEqual([]);
  });

  it('gives up on a run that hangs past its deadline, tells it so, and goes on with the next message', async () => {
    let isFirst = true;
    const bench = createDispatcherBench({
      script() {
        const run = isFirst ? hang() : anOutcome();
        isFirst = false;
        return run;
      },
    });
    const connection = await bench.connection();
    await bench.append(connection);
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.advance(120_000);
    expect(bench.runner.asked).toHaveLength(1);
    expect(bench.runner.asked[0]?.signal.aborted).toBe(false);
    await bench.clock.advance(5000);
    expect(bench.runner.asked[0]?.signal.aborted).toBe(true);
    expect(await bench.statuses(connection)).toEqual({ retrying: 1, succeeded: 1 });
    await bench.clock.advance(MINUTE_MS);
    expect(await bench.statuses(connection)).toEqual({ succeeded: 2 });
  });

  it('ignores what a run says after it was given up on', async () => {
    const held = createHeldRun();
    const runs = [held.outcome, hang()];
    const bench = createDispatcherBench({ script: () => runs.shift() ?? hang() });
    const connection = await bench.connection();
    await bench.append(connection);
    bench.dispatcher.start();
    await bench.clock.advance(MINUTE_MS * 2 + 5000);
    held.end(anOutcome({ cursorSet: { main: 'late' } }));
    await bench.clock.settle();
    expect(await bench.store.cursors(connection.connectionId)).toEqual({});
    expect(await bench.statuses(connection)).toEqual({ retrying: 1 });
  });
});

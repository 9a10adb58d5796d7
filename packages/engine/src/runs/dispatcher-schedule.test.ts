import { describe, expect, it } from 'vitest';
import { anOutcome } from '../../test/an-outcome.ts';
import { createDispatcherBench } from '../../test/dispatcher-bench.ts';
import { takeMs } from '../../test/scripted-runner.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

describe('a dispatcher and its schedules', () => {
  it('runs an hourly Connection once an hour, soon after the hour, and tells it the nominal tick', async () => {
    const bench = createDispatcherBench();
    const connection = await bench.scheduled();
    const startMs = bench.clock.nowMs();
    bench.dispatcher.start();
    await bench.clock.advance(3 * HOUR_MS + 2 * MINUTE_MS);
    expect(bench.runner.asked).toHaveLength(3);
    for (const [index, { claimed, startedMs }] of bench.runner.asked.entries()) {
      const tickAtMs = startMs + (index + 1) * HOUR_MS;
      expect(claimed.message).toMatchObject({ kind: 'schedule', scheduled_for_ms: tickAtMs });
      expect(startedMs).toBeGreaterThanOrEqual(tickAtMs);
      expect(startedMs).toBeLessThan(tickAtMs + MINUTE_MS);
    }
    expect(await bench.statuses(connection)).toEqual({ succeeded: 3 });
  });

  it('takes up a schedule that was armed after the start', async () => {
    const bench = createDispatcherBench();
    // Something to wait for that is much farther off.
    await bench.scheduled({ crons: ['0 0 1 1 *'] });
    bench.dispatcher.start();
    await bench.clock.advance(10 * MINUTE_MS);
    await bench.scheduled();
    await bench.clock.advance(HOUR_MS);
    expect(bench.runner.asked).toHaveLength(1);
  });

  it('spreads a thousand Connections with one cron over the minute', async () => {
    const bench = createDispatcherBench({ options: { maxConcurrentDrains: 8 } });
    for (let index = 0; index < 1000; index += 1) await bench.scheduled();
    bench.dispatcher.start();
    await bench.clock.advance(HOUR_MS + 2 * MINUTE_MS);
    expect(bench.runner.asked).toHaveLength(1000);
    const perSecond = new Map<number, number>();
    for (const { startedMs } of bench.runner.asked) {
      const second = Math.floor(startedMs / 1000);
      perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
    }
    expect(Math.max(...perSecond.values())).toBeLessThanOrEqual(50);
    expect(bench.runner.peak.all).toBeLessThanOrEqual(8);
  });

  it('fires once after a day in which no process ran', async () => {
    const bench = createDispatcherBench();
    const connection = await bench.scheduled({ crons: ['*/5 * * * *'] });
    const later = createDispatcherBench({ store: bench.store, nowMs: bench.clock.nowMs() + 24 * HOUR_MS + 1 });
    later.dispatcher.start();
    await later.clock.settle();
    expect(later.runner.asked).toHaveLength(1);
    await later.clock.advance(6 * MINUTE_MS);
    expect(later.runner.asked).toHaveLength(2);
    expect(await later.statuses(connection)).toEqual({ succeeded: 2 });
  });

  it.each([HOUR_MS, -HOUR_MS])('makes no storm when the clock is set by %i ms', async (byMs) => {
    const bench = createDispatcherBench();
    for (let index = 0; index < 20; index += 1) await bench.scheduled({ crons: ['*/5 * * * *'] });
    bench.dispatcher.start();
    await bench.clock.advance(11 * MINUTE_MS);
    const before = bench.runner.asked.length;
    expect(before).toBe(40);
    bench.clock.jump(byMs);
    await bench.clock.advance(10 * MINUTE_MS);
    // Two ticks of ten minutes, and one for all that were jumped over.
    expect(bench.runner.asked.length - before).toBeLessThanOrEqual(60);
    bench.clock.jump(-byMs);
    await bench.clock.advance(10 * MINUTE_MS);
    expect(bench.runner.asked.length - before).toBeLessThanOrEqual(120);
    await bench.clock.advance(2 * HOUR_MS);
    const last = bench.runner.asked.at(-1);
    expect(bench.clock.nowMs() - (last?.startedMs ?? 0)).toBeLessThanOrEqual(6 * MINUTE_MS);
  });

  it('keeps one tick waiting however long the one before takes', async () => {
    const bench = createDispatcherBench({ script: (_run, clock) => takeMs(clock, 100_000) });
    const connection = await bench.scheduled({ crons: ['* * * * *'] });
    bench.dispatcher.start();
    for (let minute = 0; minute < 30; minute += 1) {
      await bench.clock.advance(MINUTE_MS);
      const { queued = 0, running = 0 } = await bench.statuses(connection);
      expect(queued).toBeLessThanOrEqual(1);
      expect(running).toBeLessThanOrEqual(1);
    }
  });

  it('does not fire for a paused Connection, and fires once when it goes on', async () => {
    const bench = createDispatcherBench();
    const connection = await bench.scheduled();
    await bench.store.putConnection({ ...connection, runtimeStatus: 'paused' });
    bench.dispatcher.start();
    await bench.clock.advance(5 * HOUR_MS);
    expect(await bench.store.runs(connection.connectionId)).toEqual([]);
    await bench.store.putConnection(connection);
    await bench.clock.advance(MINUTE_MS);
    expect(bench.runner.asked).toHaveLength(1);
  });

  it('stops when the handler asks for it, and goes on after a manual run that succeeds', async () => {
    const outcomes = [anOutcome({ disarmReason: 'the feed is gone' })];
    const bench = createDispatcherBench({ script: () => outcomes.shift() ?? anOutcome() });
    const connection = await bench.scheduled();
    bench.dispatcher.start();
    await bench.clock.advance(5 * HOUR_MS);
    expect(bench.runner.asked).toHaveLength(1);
    expect(bench.store.connection(connection.connectionId)).toMatchObject({
      scheduleArmed: false,
      runtimeStatus: 'failing',
    });
    const { connectionId, spaceId, integrationName } = connection;
    await bench.dispatcher.enqueueManual({ connectionId, spaceId, integrationName, requestedBy: 'a person' });
    await bench.clock.advance(2 * HOUR_MS + 2 * MINUTE_MS);
    expect(bench.runner.asked).toHaveLength(4);
    expect(bench.store.connection(connectionId)).toMatchObject({ scheduleArmed: true, runtimeStatus: 'healthy' });
  });
});

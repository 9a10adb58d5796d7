import { computeNextRunAt } from '@withmarfa/shared';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planNextTick } from './plan-next-tick.ts';

const NOON_MS = Date.UTC(2026, 2, 2, 12);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

function plan(crons: readonly string[], { connectionId = 'a', afterMs = NOON_MS } = {}) {
  const next = planNextTick(crons, { connectionId, afterMs });
  if (!next) throw new Error('expected a tick');
  return next;
}

const aTime = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2040, 0) });
const someCrons = fc.subarray(
  ['* * * * *', '*/7 * * * *', '0 * * * *', '30 6 * * 1', '0 0 29 2 *', '59 23 31 12 *', '0 12 1 1 *'],
  { minLength: 1 },
);

describe('planning the next tick', () => {
  it('takes the tick after now, never the one that is now', () => {
    expect(plan(['0 * * * *']).tickAtMs).toBe(NOON_MS + HOUR_MS);
    expect(plan(['0 * * * *'], { afterMs: NOON_MS - 1 }).tickAtMs).toBe(NOON_MS);
  });

  it('takes the earliest of several crons, wherever it stands', () => {
    expect(plan(['0 0 * * *', '15 * * * *', '30 * * * *']).tickAtMs).toBe(NOON_MS + 15 * MINUTE_MS);
  });

  it('plans nothing without a cron', () => {
    expect(planNextTick([], { connectionId: 'a', afterMs: NOON_MS })).toBeNull();
  });

  it('refuses a cron that cannot be read', () => {
    expect(() => plan(['every hour'])).toThrow();
  });

  it('is the earliest tick of all crons, and fires for it before the following one', () => {
    fc.assert(
      fc.property(someCrons, aTime, fc.uuid(), (crons, afterMs, connectionId) => {
        const { tickAtMs, dueAtMs } = plan(crons, { connectionId, afterMs });
        const ticks = crons.map((cron) => computeNextRunAt(cron, new Date(afterMs))?.getTime());
        expect(tickAtMs).toBe(Math.min(...ticks.filter((tick) => tick !== undefined)));
        const following = plan(crons, { connectionId, afterMs: tickAtMs });
        expect(dueAtMs).toBeGreaterThanOrEqual(tickAtMs);
        expect(dueAtMs - tickAtMs).toBeLessThan(Math.min(MINUTE_MS, (following.tickAtMs - tickAtMs) / 10));
        expect(following.dueAtMs).toBeGreaterThan(dueAtMs);
      }),
    );
  });

  it('gives one Connection the same offset every time', () => {
    const offsets = [0, 1, 2].map((hours) => {
      const { tickAtMs, dueAtMs } = plan(['0 * * * *'], { connectionId: 'b', afterMs: NOON_MS + hours * HOUR_MS });
      return dueAtMs - tickAtMs;
    });
    expect(new Set(offsets).size).toBe(1);
  });

  it('spreads a thousand Connections with one hourly cron evenly over the minute', () => {
    // Ids that differ in their last digits only are the hardest to spread.
    const ids = Array.from(
      { length: 1000 },
      (_, index) => `0198c0de-0000-7000-8000-${String(index).padStart(12, '0')}`,
    );
    const seconds = new Array<number>(60).fill(0);
    for (const connectionId of ids) {
      const { tickAtMs, dueAtMs } = plan(['0 * * * *'], { connectionId });
      const second = Math.floor((dueAtMs - tickAtMs) / 1000);
      seconds[second] = (seconds[second] ?? 0) + 1;
    }
    expect(Math.max(...seconds)).toBeLessThanOrEqual(40);
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(4);
  });
});

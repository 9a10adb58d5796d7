import { describe, expect, it } from 'vitest';
import { createManualClock } from './manual-clock.ts';

describe('the manual clock', () => {
  it('fires in the order of time, then of setting, each at its own time', async () => {
    const clock = createManualClock(1000);
    const seen: string[] = [];
    for (const [name, atMs] of [
      ['late', 1300],
      ['first', 1100],
      ['second', 1100],
    ] as const) {
      clock.at(atMs, () => seen.push(`${name} ${clock.nowMs()}`));
    }
    await clock.advance(200);
    expect(seen).toEqual(['first 1100', 'second 1100']);
    expect(clock.nowMs()).toBe(1200);
    expect(clock.pending()).toBe(1);
  });

  it('lets a timer that sets another one run before time goes on', async () => {
    const clock = createManualClock(0);
    const seen: number[] = [];
    clock.at(10, () => {
      void Promise.resolve()
        .then(() => Promise.resolve())
        .then(() => clock.at(20, () => seen.push(clock.nowMs())));
    });
    await clock.advance(100);
    expect(seen).toEqual([20]);
  });

  it('does not call back a timer that was stopped, nor one inside the call that sets it', async () => {
    const clock = createManualClock(0);
    const seen: string[] = [];
    clock.at(10, () => seen.push('stopped'))();
    clock.at(-10, () => seen.push('overdue'));
    expect(seen).toEqual([]);
    await clock.advance(20);
    expect(seen).toEqual(['overdue']);
  });

  it.each([3_600_000, -3_600_000])('keeps what is left of a wait when the wall clock is set by %i ms', async (byMs) => {
    const clock = createManualClock(10_000_000);
    const seen: number[] = [];
    clock.at(10_000_100, () => seen.push(clock.nowMs()));
    clock.jump(byMs);
    await clock.advance(99);
    expect(seen).toEqual([]);
    await clock.advance(1);
    expect(seen).toEqual([10_000_100 + byMs]);
  });
});

import type { Clock } from '@withmarfa/runtime-sdk';

/** Time that stands still until a test moves it. */
export interface TestClock extends Clock {
  /** Moves time forward by `ms` milliseconds; what was to happen until then happens, in its order. */
  advance(ms: number): void;
}

interface Timer {
  at: number;
  callback: () => void;
}

/** Thursday noon, where nothing is special. */
export const DEFAULT_NOW = Date.UTC(2026, 2, 5, 12);

/** @param start milliseconds since the epoch. */
export function createTestClock(start: number = DEFAULT_NOW): TestClock {
  let now = start;
  const timers = new Set<Timer>();

  function nextUntil(end: number): Timer | undefined {
    return [...timers].filter((timer) => timer.at <= end).sort((one, other) => one.at - other.at)[0];
  }

  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + ms, callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance(ms) {
      const end = now + ms;
      for (let timer = nextUntil(end); timer; timer = nextUntil(end)) {
        timers.delete(timer);
        now = Math.max(now, timer.at);
        timer.callback();
      }
      now = end;
    },
  };
}

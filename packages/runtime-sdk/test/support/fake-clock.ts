import type { Clock } from '@withmarfa/runtime-sdk';

export interface FakeClock extends Clock {
  /** Every delay asked for so far, in milliseconds. */
  asked: number[];
  advance(ms: number): void;
}

/** A clock that stands still, and on which every wait is over at once; it moves when told, and when waited on. */
export function fakeClock(start = 1_000_000): FakeClock {
  let now = start;
  const asked: number[] = [];
  return {
    asked,
    now: () => now,
    advance(ms) {
      now += ms;
    },
    after(ms, callback) {
      let taken = false;
      asked.push(ms);
      queueMicrotask(() => {
        if (taken) return;
        now += ms;
        callback();
      });
      return () => {
        taken = true;
      };
    },
  };
}

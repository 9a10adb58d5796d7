import type { Clock } from '@withmarfa/runtime-sdk';
import type { TestClock } from './create-test-clock.ts';

/**
 * The clock of one run: a wait that ends before the run's deadline is over at once and takes its time along, so that
 * retries cost a test nothing. What lies at the deadline or later happens when time gets there.
 * @param deadlineMs milliseconds since the epoch.
 */
export function createRunClock(clock: TestClock, deadlineMs: number): Clock {
  return {
    now: clock.now,
    after(ms, callback) {
      const cancel = clock.after(ms, callback);
      const at = clock.now() + ms;
      let isCancelled = false;
      if (at < deadlineMs) {
        queueMicrotask(() => {
          if (!isCancelled) clock.advance(Math.max(0, at - clock.now()));
        });
      }
      return () => {
        isCancelled = true;
        cancel();
      };
    },
  };
}

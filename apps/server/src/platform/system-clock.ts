import type { Clock } from '@withmarfa/engine';

/** Longest delay a Node timer takes, in milliseconds; longer ones fire at once. */
const LONGEST_TIMER_MS = 2_147_483_647;

/** The machine's clock and Node's timers. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  at(atMs, callback) {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number) => {
      const stepMs = Math.min(Math.max(leftMs, 0), LONGEST_TIMER_MS);
      timer = setTimeout(() => (leftMs > stepMs ? wait(leftMs - stepMs) : callback()), stepMs);
    };
    wait(atMs - Date.now());
    return () => clearTimeout(timer);
  },
};

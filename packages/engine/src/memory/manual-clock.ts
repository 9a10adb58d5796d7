import type { Clock } from '../ports/clock.ts';

export interface ManualClock extends Clock {
  /**
   * Lets time pass: fires every timer that falls due on the way, in order, and lets what each one starts run until it
   * waits again.
   */
  advance(durationMs: number): Promise<void>;
  /** Lets everything that needs no time run until it waits. */
  settle(): Promise<void>;
  /** Sets the wall clock, as an operator or a time server does: no time passes, and no timer comes nearer. */
  jump(byMs: number): void;
  /** How many timers are set. */
  pending(): number;
}

interface Timer {
  atMs: number;
  order: number;
  callback: () => void;
}

/**
 * A clock that stands still until it is told to move.
 * @param startMs milliseconds since the epoch.
 */
export function createManualClock(startMs: number): ManualClock {
  let nowMs = startMs;
  let order = 0;
  const timers = new Set<Timer>();

  function earliest(untilMs: number): Timer | null {
    let first: Timer | null = null;
    for (const timer of timers) {
      if (timer.atMs > untilMs) continue;
      if (!first || timer.atMs < first.atMs || (timer.atMs === first.atMs && timer.order < first.order)) first = timer;
    }
    return first;
  }

  // Promises settle as microtasks, and a message is a macrotask, which only starts when none of them is left.
  function settle(): Promise<void> {
    return new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(null);
    });
  }

  return {
    nowMs: () => nowMs,
    at(atMs, callback) {
      const timer: Timer = { atMs: Math.max(atMs, nowMs), order: order++, callback };
      timers.add(timer);
      return () => {
        timers.delete(timer);
      };
    },
    async advance(durationMs) {
      // Counted down rather than compared with an end, so that a jump on the way does not change the duration.
      let leftMs = durationMs;
      await settle();
      for (let timer = earliest(nowMs + leftMs); timer; timer = earliest(nowMs + leftMs)) {
        leftMs -= timer.atMs - nowMs;
        nowMs = timer.atMs;
        timers.delete(timer);
        timer.callback();
        await settle();
      }
      nowMs += leftMs;
    },
    settle,
    jump(byMs) {
      nowMs += byMs;
      for (const timer of timers) timer.atMs += byMs;
    },
    pending: () => timers.size,
  };
}

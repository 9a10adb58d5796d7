import type { Clock } from '../ports/clock.ts';
import { computeFaultBackoffMs } from './fault-backoff.ts';

export interface LoopOptions {
  clock: Clock;
  /** Numbers from 0 up to, but not including, 1. */
  random: () => number;
  /** @returns after how many milliseconds to do it again. A fault is reported and backs off. */
  task: () => Promise<number>;
  onFault: (error: unknown) => void;
}

export interface Loop {
  start(): void;
  /** Does it at `atMs` at the latest, and as planned when that is sooner. */
  wakeBy(atMs: number): void;
  /** Resolves when a task that goes on has ended. */
  stop(): Promise<void>;
}

/** Does a task again and again, one at a time. */
export function createLoop({ clock, random, task, onFault }: LoopOptions): Loop {
  let isStopped = false;
  let faults = 0;
  /** Null while it goes on, or has not begun. */
  let planned: { atMs: number; cancel: () => void } | null = null;
  let wishedMs = Number.POSITIVE_INFINITY;
  let round = Promise.resolve();

  async function once(): Promise<void> {
    let delayMs: number;
    try {
      delayMs = await task();
      faults = 0;
    } catch (error) {
      faults += 1;
      delayMs = computeFaultBackoffMs(faults, random);
      onFault(error);
    }
    if (!isStopped) plan(Math.min(clock.nowMs() + delayMs, wishedMs));
  }

  function plan(atMs: number): void {
    planned = { atMs, cancel: clock.at(atMs, begin) };
  }

  function begin(): void {
    planned = null;
    wishedMs = Number.POSITIVE_INFINITY;
    round = once();
  }

  return {
    start: begin,
    wakeBy(atMs) {
      wishedMs = Math.min(wishedMs, atMs);
      if (isStopped || planned === null || planned.atMs <= atMs) return;
      planned.cancel();
      plan(atMs);
    },
    async stop() {
      isStopped = true;
      planned?.cancel();
      await round;
    },
  };
}

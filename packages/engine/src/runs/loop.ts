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
  /** Resolves when a task that goes on has ended. */
  stop(): Promise<void>;
}

/** Does a task again and again, one at a time. */
export function createLoop({ clock, random, task, onFault }: LoopOptions): Loop {
  let isStopped = false;
  let faults = 0;
  let cancel = () => {};
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
    if (!isStopped) cancel = clock.at(clock.nowMs() + delayMs, begin);
  }

  function begin(): void {
    round = once();
  }

  return {
    start: begin,
    async stop() {
      isStopped = true;
      cancel();
      await round;
    },
  };
}

import pLimit from 'p-limit';
import type { ConnectorProcess } from './connector-process.ts';

/** A process without work ends after this long. */
const IDLE_MS = 60_000;

export interface ProcessPool {
  /** Waits for a process of its own and gives it back whatever happens. */
  use<Result>(work: (process: ConnectorProcess) => Promise<Result>): Promise<Result>;
  close(): void;
}

/**
 * The processes of one integration: started when needed, `size` of them at the most, one run each at a time, first come
 * first served. One that has ended is replaced by the next run that needs it.
 */
export function createProcessPool(size: number, start: () => ConnectorProcess): ProcessPool {
  const limit = pLimit(size);
  const all = new Set<ConnectorProcess>();
  /** With the timer that ends it. */
  const idle = new Map<ConnectorProcess, NodeJS.Timeout>();

  function take(): ConnectorProcess {
    for (const [process, timer] of idle) {
      clearTimeout(timer);
      idle.delete(process);
      if (process.alive) return process;
      all.delete(process);
    }
    const process = start();
    all.add(process);
    return process;
  }

  function giveBack(process: ConnectorProcess): void {
    if (!process.alive) {
      all.delete(process);
      return;
    }
    const timer = setTimeout(() => {
      idle.delete(process);
      all.delete(process);
      process.kill();
    }, IDLE_MS);
    timer.unref();
    idle.set(process, timer);
  }

  return {
    use: (work) =>
      limit(async () => {
        const process = take();
        try {
          return await work(process);
        } finally {
          giveBack(process);
        }
      }),
    close() {
      for (const timer of idle.values()) clearTimeout(timer);
      for (const process of all) process.kill();
      idle.clear();
      all.clear();
    },
  };
}

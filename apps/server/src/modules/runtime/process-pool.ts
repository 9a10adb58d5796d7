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
  const idle: { process: ConnectorProcess; timer: NodeJS.Timeout }[] = [];
  const waiting: ((process: ConnectorProcess) => void)[] = [];
  const all = new Set<ConnectorProcess>();
  let busy = 0;

  function take(): ConnectorProcess | null {
    for (let entry = idle.pop(); entry; entry = idle.pop()) {
      clearTimeout(entry.timer);
      if (entry.process.alive) return entry.process;
      all.delete(entry.process);
    }
    if (busy >= size) return null;
    const process = start();
    all.add(process);
    return process;
  }

  function giveBack(process: ConnectorProcess): void {
    busy -= 1;
    if (!process.alive) all.delete(process);
    const next = waiting.shift();
    if (next) {
      const replacement = process.alive ? process : take();
      if (replacement) {
        busy += 1;
        next(replacement);
      } else waiting.unshift(next);
      return;
    }
    if (!process.alive) return;
    const timer = setTimeout(() => {
      idle.splice(
        idle.findIndex((entry) => entry.process === process),
        1,
      );
      all.delete(process);
      process.kill();
    }, IDLE_MS);
    timer.unref();
    idle.push({ process, timer });
  }

  return {
    async use(work) {
      const free = take();
      if (free) busy += 1;
      const process = free ?? (await new Promise<ConnectorProcess>((resolve) => waiting.push(resolve)));
      try {
        return await work(process);
      } finally {
        giveBack(process);
      }
    },
    close() {
      for (const { timer } of idle.splice(0)) clearTimeout(timer);
      for (const process of all) process.kill();
      all.clear();
    },
  };
}

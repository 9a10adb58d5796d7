import type { Logger } from './logger.ts';

const EVERY_MS = 3_600_000;

/** Runs the clean-up tasks once at the start and then every hour. A task that fails is logged and tried next time. */
export function createRetention({ logger, tasks }: { logger: Logger; tasks: readonly (() => Promise<void>)[] }) {
  let timer: NodeJS.Timeout | null = null;

  async function clean(): Promise<void> {
    for (const task of tasks) {
      await task().catch((error: unknown) => logger.warn({ error }, 'a clean-up failed; it is tried again in an hour'));
    }
  }

  return {
    start(): void {
      void clean();
      timer = setInterval(() => void clean(), EVERY_MS);
      timer.unref();
    },
    stop(): void {
      if (timer) clearInterval(timer);
    },
  };
}

import type { RunOutcome } from '@withmarfa/runtime-sdk/host';
import type { QueueMessage } from '@withmarfa/shared';
import type { TestClock } from '../clock/create-test-clock.ts';
import type { EventQueue } from './event-queue.ts';
import type { DrainedRun, RunOptions } from './test-harness.ts';

const MAX_ATTEMPTS = 5;
const FIRST_DELAY_MS = 5_000;
const LONGEST_DELAY_MS = 300_000;

/**
 * Delivers what waits until nothing does, and moves time on to each retry.
 * @returns every delivery, in order.
 */
export async function drainQueue(
  queue: EventQueue,
  {
    clock,
    run,
    crashFirst,
  }: {
    clock: TestClock;
    run: (message: QueueMessage, options: RunOptions) => Promise<RunOutcome>;
    crashFirst: boolean;
  },
): Promise<DrainedRun[]> {
  const runs: DrainedRun[] = [];
  for (let queued = queue.next(); queued; queued = queue.next()) {
    clock.advance(Math.max(0, queued.notBefore - clock.now()));
    const { message } = queued;
    const attempt = queued.attempts + 1;
    const { result } = await run(message, { crashAtEnd: crashFirst && runs.length === 0 });
    runs.push({ message, attempt, result });
    if (result.ok || !result.retry || attempt === MAX_ATTEMPTS) continue;
    const asked = result.retry_after_seconds === undefined ? 0 : result.retry_after_seconds * 1000;
    const backoff = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), LONGEST_DELAY_MS);
    queue.putBack({ message, attempts: attempt, notBefore: clock.now() + Math.max(asked, backoff) });
  }
  return runs;
}

import type { Clock } from '../ports/clock.ts';
import type { ConnectionSnapshot } from '../ports/connections.ts';
import type { ClaimedMessage } from '../ports/mailbox.ts';
import type { AttemptOutcome, Runner } from '../ports/runner.ts';

/** The runner ends a run at its deadline by itself; it is only given up on when it has not said so by then. */
const DEADLINE_GRACE_MS = 5000;

export interface RunAttemptOptions {
  runner: Runner;
  clock: Clock;
  runTimeoutMs: number;
  /** Aborted when the lease is lost. */
  lost: AbortSignal;
  /** Aborted when the host stops for good. */
  cutShort: AbortSignal;
}

/**
 * Runs a handler and waits for its outcome, but once it has begun never for longer than its deadline and a little: a
 * runner that rejects or hangs is a failure that is tried again.
 * @returns null when the lease was lost or the host stops: then the attempt has not ended, and nothing is settled.
 */
export function runAttempt(
  claimed: ClaimedMessage,
  connection: ConnectionSnapshot,
  { runner, clock, runTimeoutMs, lost, cutShort }: RunAttemptOptions,
): Promise<AttemptOutcome | null> {
  if (lost.aborted || cutShort.aborted) return Promise.resolve(null);
  return new Promise((resolve) => {
    const run = new AbortController();
    let cancelTimer = () => {};
    lost.addEventListener('abort', abandon);
    cutShort.addEventListener('abort', abandon);

    function begin(): number {
      cancelTimer();
      const deadlineMs = clock.nowMs() + runTimeoutMs;
      cancelTimer = clock.at(deadlineMs + DEADLINE_GRACE_MS, () => {
        finish(failedOutcome(`the run did not end within its ${runTimeoutMs / 1000} s`));
        run.abort();
      });
      return deadlineMs;
    }

    function finish(outcome: AttemptOutcome | null): void {
      cancelTimer();
      lost.removeEventListener('abort', abandon);
      cutShort.removeEventListener('abort', abandon);
      resolve(outcome);
    }

    function abandon(): void {
      finish(null);
      run.abort();
    }

    // Started inside a promise, so that a runner that throws at once is caught like one that rejects.
    Promise.resolve()
      .then(() => runner.run(claimed, connection, { signal: run.signal, begin }))
      .then(finish, (error: unknown) => finish(failedOutcome(`the runner failed: ${toMessage(error)}`)));
  });
}

function failedOutcome(reason: string): AttemptOutcome {
  return {
    result: { ok: false, retry: true, reason },
    cursorSet: {},
    cursorCleared: [],
    itemsCreated: 0,
    itemsUpdated: 0,
  };
}

function toMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

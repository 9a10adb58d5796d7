import type { ConnectionSnapshot } from '../src/ports/connections.ts';
import type { ClaimedMessage } from '../src/ports/mailbox.ts';
import type { AttemptOutcome, Runner } from '../src/ports/runner.ts';
import { anOutcome } from './an-outcome.ts';

/** A run as the runner was asked for it. */
export interface AskedRun {
  claimed: ClaimedMessage;
  connection: ConnectionSnapshot;
  signal: AbortSignal;
  deadlineMs: number;
  startedMs: number;
}

export interface ScriptedRunner extends Runner {
  readonly asked: readonly AskedRun[];
  /** The largest number of runs that were going on at the same time, over all Connections and within one. */
  readonly peak: { all: number; ofOneConnection: number };
}

/**
 * A runner that does what a script says; without one, every run succeeds quietly.
 * @param script may take as long as it likes, reject or throw.
 */
export function createScriptedRunner(
  nowMs: () => number,
  script: (run: AskedRun) => AttemptOutcome | Promise<AttemptOutcome> = () => anOutcome(),
): ScriptedRunner {
  const asked: AskedRun[] = [];
  const peak = { all: 0, ofOneConnection: 0 };
  const going: string[] = [];
  return {
    asked,
    peak,
    async run(claimed, connection, { signal, begin }) {
      const deadlineMs = begin();
      const run = { claimed, connection, signal, deadlineMs, startedMs: nowMs() };
      asked.push(run);
      going.push(claimed.connectionId);
      const same = going.filter((connectionId) => connectionId === claimed.connectionId);
      peak.all = Math.max(peak.all, going.length);
      peak.ofOneConnection = Math.max(peak.ofOneConnection, same.length);
      try {
        return await script(run);
      } finally {
        going.splice(going.indexOf(claimed.connectionId), 1);
      }
    },
  };
}

/** A run that never ends, whatever it is told. */
export function hang(): Promise<AttemptOutcome> {
  return new Promise(() => {});
}

/** A run that goes on until it is told to end. */
export function createHeldRun(): { outcome: Promise<AttemptOutcome>; end: (outcome?: AttemptOutcome) => void } {
  let end: (outcome?: AttemptOutcome) => void = () => {};
  const outcome = new Promise<AttemptOutcome>((resolve) => {
    end = (given = anOutcome()) => resolve(given);
  });
  return { outcome, end };
}

/** A run that takes a while on `clock`. */
export function takeMs(
  clock: { nowMs(): number; at(atMs: number, callback: () => void): () => void },
  durationMs: number,
): Promise<AttemptOutcome> {
  return new Promise((resolve) => {
    clock.at(clock.nowMs() + durationMs, () => resolve(anOutcome()));
  });
}

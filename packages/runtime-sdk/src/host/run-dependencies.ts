import type { Clock } from '../clock/clock.ts';
import type { LogLine } from '../context/create-connector-log.ts';
import type { RuntimeCredential } from './protocol.ts';

/** What a host supplies to a run. */
export interface RunDependencies {
  /** Reaches the Marfa server. */
  fetch: typeof fetch;
  /** Reaches the outside world, under the platform's egress rules; becomes the handler's `ctx.fetch`. */
  egressFetch: typeof fetch;
  log: (line: LogLine) => void;
  /** @returns a fresh credential; null when the Connection is gone. */
  refreshCredential: () => Promise<RuntimeCredential | null>;
  clock: Clock;
  /** From 0 to 1; spreads retries. */
  random: () => number;
  /** Fires when the host wants the run to stop before its deadline. */
  cancel?: AbortSignal;
}

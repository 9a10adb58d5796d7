import type { Clock } from '../ports/clock.ts';
import type { PlannedRenewal, Renewals } from '../ports/renewals.ts';
import { aRenewalMessage } from './a-renewal-message.ts';

/** Renewals that are read at a time. */
const BATCH = 200;

export interface RenewingOptions {
  renewals: Renewals;
  clock: Clock;
  newId: () => string;
  /** Called for every Connection that got a message. */
  ring: (connectionId: string) => void;
  /** Called for a renewal that could not be taken off the clock; the others fire all the same. */
  onFault: (error: unknown, renewal: PlannedRenewal) => void;
  /** No more are fired once this is aborted. */
  signal: AbortSignal;
}

/** Appends the message of every renewal that is due, each once. @returns how many could not be taken off the clock. */
export async function fireDueRenewals(options: RenewingOptions): Promise<{ fired: number; faults: number }> {
  const { renewals, clock, newId, ring, onFault, signal } = options;
  let fired = 0;
  for (;;) {
    const due = await renewals.due(clock.nowMs(), BATCH);
    let faults = 0;
    for (const renewal of due) {
      if (signal.aborted) return { fired, faults };
      try {
        const message = aRenewalMessage(renewal, { id: newId(), nowMs: clock.nowMs() });
        if ((await renewals.claim(renewal, message)) !== 'fired') continue;
        fired += 1;
        ring(renewal.connectionId);
      } catch (error) {
        faults += 1;
        onFault(error, renewal);
      }
    }
    // What could not be taken off would be read again at once, and for ever.
    if (due.length < BATCH || faults > 0) return { fired, faults };
  }
}

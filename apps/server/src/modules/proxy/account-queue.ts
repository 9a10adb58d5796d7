import type { Clock } from '@withmarfa/engine';
import type { AccountBudget, Permit, Verdict } from './account-budget.ts';
import type { Asker } from './call-upstream.ts';

export interface QueueBounds {
  /** A call that would wait longer is refused at once. */
  longestWaitMs: number;
  /** Calls that wait at the same time for one account. */
  maxWaiting: number;
}

export type Admission = { ok: true; permit: Permit } | { ok: false; retryAfterMs: number };

export interface AccountQueue {
  /**
   * Waits until the account has a call left.
   * @param asker ends the wait by going, which is then answered like a refusal.
   */
  admit(connectionId: string, asker: Asker): Promise<Admission>;
  /** To be called when something may have become free. */
  pump(): void;
}

interface Waiting {
  connectionId: string;
  giveUpAtMs: number;
  done(admission: Admission): void;
}

/**
 * Lets calls wait for their account in the order in which they came, Connections in turns: one that asks for a hundred
 * things at once does not stand in front of one that asks for a single one.
 */
export function createAccountQueue(
  budget: Pick<AccountBudget, 'take'>,
  { clock, longestWaitMs, maxWaiting }: QueueBounds & { clock: Clock },
): AccountQueue {
  /** Connections in the order of their turns, each with its calls. */
  const lines = new Map<string, Waiting[]>();
  let waiting = 0;
  let cancelTimer: (() => void) | null = null;

  function leave(entry: Waiting): void {
    const line = lines.get(entry.connectionId);
    const index = line?.indexOf(entry) ?? -1;
    if (!line || index === -1) return;
    line.splice(index, 1);
    waiting -= 1;
    if (line.length === 0) lines.delete(entry.connectionId);
  }

  /** Gives each Connection one try after the other, for as long as one of them gets through. */
  function pump(): void {
    cancelTimer?.();
    cancelTimer = null;
    let nextAtMs = Number.POSITIVE_INFINITY;
    for (let progress = true; progress; ) {
      progress = false;
      nextAtMs = Number.POSITIVE_INFINITY;
      for (const connectionId of [...lines.keys()]) {
        const entry = lines.get(connectionId)?.[0];
        if (!entry) continue;
        const nowMs = clock.nowMs();
        const verdict = budget.take(connectionId, nowMs);
        if (verdict.ok) {
          leave(entry);
          // Its next turn is after all others.
          const rest = lines.get(connectionId);
          if (rest && lines.delete(connectionId)) lines.set(connectionId, rest);
          entry.done(verdict);
          progress = true;
        } else if (verdict.retryAtMs > entry.giveUpAtMs) {
          leave(entry);
          entry.done(toRefusal(verdict, nowMs));
          progress = true;
        } else nextAtMs = Math.min(nextAtMs, verdict.retryAtMs);
      }
    }
    if (waiting === 0) return;
    cancelTimer = clock.at(Math.max(nextAtMs, clock.nowMs() + 1), pump);
  }

  return {
    pump() {
      if (waiting > 0) pump();
    },
    async admit(connectionId, asker) {
      const nowMs = clock.nowMs();
      if (waiting === 0) {
        const verdict = budget.take(connectionId, nowMs);
        if (verdict.ok) return verdict;
        if (verdict.retryAtMs - nowMs > longestWaitMs || maxWaiting === 0) return toRefusal(verdict, nowMs);
      }
      if (asker.destroyed) return { ok: false, retryAfterMs: 0 };
      if (waiting >= maxWaiting) return { ok: false, retryAfterMs: longestWaitMs };
      const { promise, resolve } = Promise.withResolvers<Admission>();
      const entry: Waiting = { connectionId, giveUpAtMs: nowMs + longestWaitMs, done: resolve };
      const left = () => {
        leave(entry);
        resolve({ ok: false, retryAfterMs: 0 });
      };
      asker.once('close', left);
      lines.set(connectionId, [...(lines.get(connectionId) ?? []), entry]);
      waiting += 1;
      pump();
      const admission = await promise;
      asker.off('close', left);
      return admission;
    },
  };
}

function toRefusal(verdict: Verdict & { ok: false }, nowMs: number): Admission {
  return { ok: false, retryAfterMs: Math.max(0, verdict.retryAtMs - nowMs) };
}

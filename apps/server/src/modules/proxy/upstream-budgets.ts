import { hash } from 'node:crypto';
import type { Clock } from '@withmarfa/engine';
import { MarfaError } from '@withmarfa/shared';
import { LRUCache } from 'lru-cache';
import { type AccountBudget, createAccountBudget, type Permit } from './account-budget.ts';
import { type AccountQueue, createAccountQueue, type QueueBounds } from './account-queue.ts';
import type { BudgetBoard } from './budget-board.ts';
import type { Asker } from './call-upstream.ts';

/** Accounts whose limits are remembered; the one that was not called for longest is forgotten. */
const MAX_ACCOUNTS = 10_000;
const BOUNDS: QueueBounds = { longestWaitMs: 5000, maxWaiting: 256 };
/** How often processes tell each other what they have learned. */
const SHARE_EVERY_MS = 1000;

/** One upstream account at one origin; all Connections on it share its limits. */
export interface BudgetKey {
  account: string;
  origin: string;
}

export interface UpstreamBudgets {
  /**
   * Waits for the account's next call, for a few seconds at the most.
   * @throws MarfaError `rate_limited`, with `retry_after_seconds` in its details; nothing was sent then.
   */
  admit(key: BudgetKey, connectionId: string, asker: Asker): Promise<Permit>;
  stop(): void;
}

export interface UpstreamBudgetsDeps {
  clock: Clock;
  /** Null where this is the only process: then nothing is ever asked of anybody. */
  board: BudgetBoard | null;
  bounds?: QueueBounds;
}

interface Entry {
  budget: AccountBudget;
  queue: AccountQueue;
  /** Whether there is something that others do not know. */
  isNews: boolean;
  /** Whether it has been called since it was last compared with others. */
  isInUse: boolean;
}

/** The limits of all upstream accounts, as far as they have been learned. */
export function createUpstreamBudgets({ clock, board, bounds = BOUNDS }: UpstreamBudgetsDeps): UpstreamBudgets {
  const entries = new LRUCache<string, Entry>({ max: MAX_ACCOUNTS });
  let cancelShare: (() => void) | null = null;

  /** Where names go to others they are hashed: an account may be somebody's address. */
  function nameOf(account: string, origin: string): string {
    const name = `${account} ${origin}`;
    return board === null ? name : hash('sha256', name, 'base64url');
  }

  function entryOf(name: string): Entry {
    const known = entries.get(name);
    if (known) return known;
    const budget = createAccountBudget(() => {
      entry.isNews = true;
      entry.queue.pump();
    });
    const entry: Entry = {
      budget,
      queue: createAccountQueue(budget, { clock, ...bounds }),
      isNews: false,
      isInUse: false,
    };
    entries.set(name, entry);
    return entry;
  }

  /** Off the path of any call: what was learned goes out, and what others learned comes in. */
  async function share(): Promise<void> {
    const inUse = [...entries].filter(([, entry]) => entry.isInUse);
    for (const [, entry] of inUse) entry.isInUse = false;
    try {
      // Heard first: what is told then counts what others have told.
      const heard = (await board?.hear(inUse.map(([name]) => name))) ?? [];
      for (const { name, knowledge } of heard) entries.peek(name)?.budget.hear(knowledge, clock.nowMs());
      const told = inUse.flatMap(([name, entry]) => {
        const knowledge = entry.isNews ? entry.budget.known() : null;
        entry.isNews = false;
        return knowledge === null ? [] : [{ name, knowledge }];
      });
      if (told.length > 0) await board?.tell(told);
    } catch {
      // Each process then goes by what it learns itself.
    }
    cancelShare = inUse.length > 0 ? clock.at(clock.nowMs() + SHARE_EVERY_MS, () => void share()) : null;
  }

  return {
    async admit({ account, origin }, connectionId, asker) {
      const entry = entryOf(nameOf(account, origin));
      entry.isInUse = true;
      if (board !== null) cancelShare ??= clock.at(clock.nowMs() + SHARE_EVERY_MS, () => void share());
      const admission = await entry.queue.admit(connectionId, asker);
      if (admission.ok) return admission.permit;
      const seconds = Math.max(1, Math.ceil(admission.retryAfterMs / 1000));
      throw new MarfaError(
        'rate_limited',
        `The upstream takes no more calls of this account for now; the next one is sent in ${seconds} s.`,
        { details: { retry_after_seconds: seconds, limited_by: 'upstream' } },
      );
    },
    stop() {
      cancelShare?.();
      cancelShare = null;
    },
  };
}

import { afterCommit } from '../../platform/database/after-commit.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { UNFINISHED_STATES } from '../../platform/database/index-hints.ts';
import type { EventRow } from '../../platform/database/settled-events.ts';
import { appendMessage } from '../../platform/mailbox/append-message.ts';
import { foldWaiting } from '../../platform/mailbox/fold-waiting.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ActivityService } from '../activity/index.ts';
import type { Catalogue, TypesService } from '../types/index.ts';
import { judgeEvent } from './judge-event.ts';
import { type Listener, listenersOf } from './listeners.ts';
import { type ItemEvent, toItemEvent, toMessage } from './to-message.ts';
import { createWarnOfLoss } from './warn-of-loss.ts';

/** The most that waits for one Connection. What comes then is left out, and people are told; writers never wait for it. */
const MAX_DEPTH = 1000;

export interface TakeItemEventsDeps {
  platform: Pick<Platform, 'now' | 'newId'>;
  types: TypesService;
  activity: ActivityService;
  /** Tells the runtime that a Connection has mail. */
  ring: (connectionId: string) => void;
  /** Steps that a chain may take, in a space that says nothing else. */
  hopBudget: number;
}

/** Puts events into the mailboxes of the Connections that they wake. */
export function createTakeItemEvents({ platform, types, activity, ring, hopBudget }: TakeItemEventsDeps) {
  const { now, newId } = platform;
  const warnOfLoss = createWarnOfLoss(platform, activity);

  return async (transaction: Transaction, events: readonly EventRow[]): Promise<void> => {
    const told = events.map(toItemEvent).filter((event) => event !== null);
    if (told.length === 0) return;
    // Read after the events: a Connection that was there before an event is seen with it.
    const listeners = await listenersOf(transaction, [...new Set(told.map((event) => event.space_id))]);
    const catalogues = new Map<string, Catalogue>();
    for (const { spaceId } of listeners)
      if (!catalogues.has(spaceId)) catalogues.set(spaceId, await types.ofSpace(spaceId, transaction));
    const depths = new Map<string, number>();
    const rung = new Set<string>();
    for (const event of told) {
      const catalogue = catalogues.get(event.space_id);
      if (!catalogue) continue;
      const budget = catalogue.config.hop_budget ?? hopBudget;
      for (const listener of listeners) {
        const verdict = judgeEvent(listener, event, { isA: catalogue.isA, hopBudget: budget });
        if (verdict === 'hop_budget_exceeded')
          await warnOfLoss(transaction, listener, event, { kind: 'hop_budget', budget });
        if (verdict === 'ok' && (await deliver(transaction, { listener, event, depths }))) rung.add(listener.id);
      }
    }
    for (const id of rung) afterCommit(transaction, () => ring(id));
  };

  /** @returns whether there is a message more than before. */
  async function deliver(
    transaction: Transaction,
    { listener, event, depths }: { listener: Listener; event: ItemEvent; depths: Map<string, number> },
  ): Promise<boolean> {
    const message = toMessage(listener, event, { newId, nowMs: now().getTime() });
    const depth = depths.get(listener.id) ?? (await depthOf(transaction, listener.id));
    depths.set(listener.id, depth);
    if (depth >= MAX_DEPTH) {
      if (!(await foldWaiting(transaction, message)))
        await warnOfLoss(transaction, listener, event, { kind: 'backpressure', depth });
      return false;
    }
    const { accepted } = await appendMessage(transaction, message);
    if (accepted) depths.set(listener.id, depth + 1);
    return accepted;
  }
}

async function depthOf(transaction: Transaction, connectionId: string): Promise<number> {
  const { depth } = await transaction
    .selectFrom('mailbox_messages')
    .select((row) => row.fn.countAll().as('depth'))
    .where('connection_id', '=', connectionId)
    .where('state', 'in', UNFINISHED_STATES)
    .executeTakeFirstOrThrow();
  return Number(depth);
}

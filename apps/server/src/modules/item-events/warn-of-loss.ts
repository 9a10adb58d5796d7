import type { ActivityInput } from '@withmarfa/shared';
import type { Transaction } from '../../platform/database/database.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ActivityService } from '../activity/index.ts';
import type { Listener } from './listeners.ts';
import type { ItemEvent } from './to-message.ts';

const WARN_EVERY_MS = 3_600_000;

/** Why a Connection is not told of an event that it would have been told of. */
export type Loss = { kind: 'hop_budget'; budget: number } | { kind: 'backpressure'; depth: number };

/** Tells people that a Connection misses something: once an hour for each reason, however much it is. */
export type WarnOfLoss = (transaction: Transaction, listener: Listener, event: ItemEvent, loss: Loss) => Promise<void>;

export function createWarnOfLoss({ now }: Pick<Platform, 'now'>, activity: ActivityService): WarnOfLoss {
  /** A table of its own, not a column of the Connection: the end of a run locks that row, and waits for what is written here. */
  async function isDue(transaction: Transaction, connection_id: string, kind: Loss['kind']): Promise<boolean> {
    const told_at_ms = now().getTime();
    const result = await transaction
      .insertInto('connection_warnings')
      .values({ connection_id, kind, told_at_ms })
      .onConflict((conflict) =>
        conflict
          .columns(['connection_id', 'kind'])
          .doUpdateSet({ told_at_ms })
          .where('connection_warnings.told_at_ms', '<=', told_at_ms - WARN_EVERY_MS),
      )
      .executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  return async (transaction, listener, event, loss) => {
    if (!(await isDue(transaction, listener.id, loss.kind))) return;
    await activity.record(transaction, listener.spaceId, listener.id, toWarning(listener, event, loss));
  };
}

function toWarning({ label }: Listener, event: ItemEvent, loss: Loss): ActivityInput {
  const { subject_id: item_id, cycle_origin_id: originating_connection_id, hop_count } = event;
  switch (loss.kind) {
    case 'hop_budget':
      return {
        severity: 'warning',
        summary: `${label} was left out of a chain of ${hop_count} steps: more than ${loss.budget} are not taken here`,
        detail: { kind: loss.kind, item_id, originating_connection_id, hop_count, hop_budget: loss.budget },
      };
    case 'backpressure':
      return {
        severity: 'warning',
        summary: `${label} misses changes: ${loss.depth} are waiting for it already`,
        detail: { kind: loss.kind, item_id, depth: loss.depth },
      };
    default:
      return loss satisfies never;
  }
}

import type { ActivityInput } from '@withmarfa/shared';
import type { Transaction } from '../../platform/database/database.ts';
import type { Platform } from '../../platform/platform.ts';
import { isWarningDue } from '../../platform/warning-due.ts';
import type { ActivityService } from '../activity/index.ts';
import type { Listener } from './listeners.ts';
import type { ItemEvent } from './to-message.ts';

/** Why a Connection is not told of an event that it would have been told of. */
export type Loss = { kind: 'hop_budget'; budget: number } | { kind: 'backpressure'; depth: number };

/** Tells people that a Connection misses something: once an hour for each reason, however much it is. */
export type WarnOfLoss = (transaction: Transaction, listener: Listener, event: ItemEvent, loss: Loss) => Promise<void>;

export function createWarnOfLoss({ now }: Pick<Platform, 'now'>, activity: ActivityService): WarnOfLoss {
  return async (transaction, listener, event, loss) => {
    const due = { connectionId: listener.id, kind: loss.kind, nowMs: now().getTime() };
    if (!(await isWarningDue(transaction, due))) return;
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

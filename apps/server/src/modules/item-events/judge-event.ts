import { isSystemType } from '@withmarfa/shared';
import type { EventRow } from '../../platform/database/settled-events.ts';
import { isBefore } from '../../platform/event-log/event-position.ts';
import type { Listener } from './listeners.ts';

/** Whether an event wakes a Connection, or why not. */
export type Verdict =
  | 'ok'
  | 'cross_tenant'
  | 'system_type'
  | 'type_not_targeted'
  | 'subscription_inactive'
  | 'subscription_paused'
  | 'self_event'
  | 'hop_budget_exceeded';

/**
 * Judges one event for one Connection. A Connection whose account has to be connected again is told all the same: what it
 * does inside the space needs no account, and what needs one fails in its run, where people see it.
 * @param rules.isA of the space's catalogue. @param rules.hopBudget steps that a chain may take.
 */
export function judgeEvent(
  listener: Listener,
  event: Pick<EventRow, 'tx' | 'seq' | 'space_id' | 'type' | 'origin_connection_id' | 'hop_count'>,
  rules: { isA: (type: string, ancestor: string) => boolean; hopBudget: number },
): Verdict {
  if (event.space_id !== listener.spaceId) return 'cross_tenant';
  if (isSystemType(event.type)) return 'system_type';
  if (!listener.targetTypes.some((type) => rules.isA(event.type, type))) return 'type_not_targeted';
  if (!listener.isActive || !isBefore(listener.since, event)) return 'subscription_inactive';
  if (listener.isPaused) return 'subscription_paused';
  if (event.origin_connection_id === listener.id) return 'self_event';
  return event.hop_count >= rules.hopBudget ? 'hop_budget_exceeded' : 'ok';
}

import type { HandlerResult } from '@withmarfa/shared';
import type { ConnectionSnapshot } from '../ports/connections.ts';
import type { ClaimedMessage } from '../ports/mailbox.ts';
import type { AttemptOutcome } from '../ports/runner.ts';
import { decideRenewal } from '../renewals/decide-renewal.ts';
import { planNextTick } from '../schedule/plan-next-tick.ts';
import type { Attempt, AttemptEnd, Circumstances } from './attempt.ts';
import { clipLine } from './clip-line.ts';
import { computeRetryDelayMs, MAX_ATTEMPTS } from './retry-policy.ts';
import { computeRuntimeStatus, FAILING_AFTER } from './runtime-status.ts';
import type { ActivityRow, ConnectionHealth, Settlement } from './settlement.ts';

type Failure = Extract<HandlerResult, { ok: false }>;

/** Decides everything that the end of an attempt writes. */
export function decideSettlement(attempt: Attempt, circumstances: Circumstances): Settlement {
  const end = decideEnd(attempt, circumstances);
  if (attempt.claimed.message.kind !== 'renew') return { ...end, renewal: null };
  return decideRenewal(attempt, end, circumstances.nowMs);
}

function decideEnd(attempt: Attempt, { nowMs, random }: Circumstances): AttemptEnd {
  const { claimed, outcome } = attempt;
  const { result } = outcome;
  if (result.ok) return succeeded(attempt, nowMs);
  if (!result.retry) return failedForGood(attempt, result, nowMs);
  const delayMs = computeRetryDelayMs(claimed.attempt, { random, retryAfterSeconds: result.retry_after_seconds });
  return delayMs === null ? givenUp(attempt, result, nowMs) : willRetry(attempt, result, { nowMs, delayMs });
}

function succeeded({ claimed, connection, outcome }: Attempt, nowMs: number): AttemptEnd {
  const { disarmReason, itemsCreated, itemsUpdated } = outcome;
  const found = itemsCreated + itemsUpdated > 0;
  const disarmed = disarmReason === undefined ? null : scheduleDisarmed(claimed, connection, disarmReason);
  return {
    message: { state: 'gone' },
    run: { status: 'succeeded', error: null, itemsCreated, itemsUpdated, finishedAtMs: nowMs },
    handledDelivery: claimed.message.kind === 'webhook' ? claimed.message.delivery_id : null,
    cursors: { set: outcome.cursorSet, cleared: outcome.cursorCleared },
    health: disarmed ? stoppedHealth(connection, nowMs) : soundHealth(connection, nowMs),
    schedule: disarmed ? { action: 'disarm' } : rearm(claimed, connection, nowMs),
    activity: [...(found ? [runSucceeded(claimed, connection, outcome)] : []), ...(disarmed ? [disarmed] : [])],
  };
}

function willRetry(
  { connection, outcome }: Attempt,
  result: Failure,
  { nowMs, delayMs }: { nowMs: number; delayMs: number },
): AttemptEnd {
  const reason = clipLine(result.reason);
  return {
    message: { state: 'waiting', notBeforeMs: nowMs + delayMs, reason, failedAtMs: nowMs },
    run: { status: 'retrying', error: reason, ...itemCounts(outcome), finishedAtMs: null },
    handledDelivery: null,
    cursors: null,
    health: ailingHealth(connection, nowMs),
    schedule: { action: 'keep' },
    activity: [],
  };
}

function givenUp({ claimed, connection, outcome }: Attempt, result: Failure, nowMs: number): AttemptEnd {
  const reason = clipLine(result.reason);
  return {
    message: { state: 'dead', reason, failedAtMs: nowMs },
    run: { status: 'dead', error: reason, ...itemCounts(outcome), finishedAtMs: nowMs },
    handledDelivery: null,
    cursors: null,
    health: ailingHealth(connection, nowMs),
    schedule: { action: 'keep' },
    activity: [
      {
        severity: 'error',
        summary: clipLine(`${connection.label}: given up after ${MAX_ATTEMPTS} attempts: ${reason}`),
        detail: { kind: 'dead_letter', run_id: claimed.id, attempts: MAX_ATTEMPTS, reason },
      },
    ],
  };
}

function failedForGood({ claimed, connection, outcome }: Attempt, result: Failure, nowMs: number): AttemptEnd {
  const reason = clipLine(result.reason);
  const { disarmReason } = outcome;
  const disarmed = disarmReason === undefined ? null : scheduleDisarmed(claimed, connection, disarmReason);
  const failed: ActivityRow = {
    // Asking a person for the same thing at every tick would bury everything else.
    severity: connection.actionRequired ? 'error' : 'action_required',
    summary: clipLine(`${connection.label}: ${reason}`),
    detail: { kind: 'run_failed', run_id: claimed.id, reason },
  };
  const health = disarmed ? stoppedHealth(connection, nowMs) : ailingHealth(connection, nowMs);
  return {
    message: { state: 'dead', reason, failedAtMs: nowMs },
    run: { status: 'dead', error: reason, ...itemCounts(outcome), finishedAtMs: nowMs },
    handledDelivery: null,
    cursors: null,
    health: { ...health, actionRequired: true, lastSyncAtMs: null },
    schedule: { action: disarmed ? 'disarm' : 'keep' },
    activity: [disarmed ?? failed],
  };
}

function itemCounts({ itemsCreated, itemsUpdated }: AttemptOutcome) {
  return { itemsCreated, itemsUpdated };
}

function soundHealth({ runtimeStatus }: ConnectionSnapshot, nowMs: number): ConnectionHealth {
  return {
    runtimeStatus: computeRuntimeStatus(runtimeStatus, 0),
    consecutiveFailures: 0,
    actionRequired: false,
    lastSyncAtMs: nowMs,
    lastErrorAtMs: null,
  };
}

function ailingHealth(connection: ConnectionSnapshot, nowMs: number): ConnectionHealth {
  const consecutiveFailures = connection.consecutiveFailures + 1;
  return {
    runtimeStatus: computeRuntimeStatus(connection.runtimeStatus, consecutiveFailures),
    consecutiveFailures,
    actionRequired: connection.actionRequired,
    lastSyncAtMs: null,
    lastErrorAtMs: nowMs,
  };
}

/** A Connection whose schedule has stopped does nothing any more, however well its last run went. */
function stoppedHealth(connection: ConnectionSnapshot, nowMs: number): ConnectionHealth {
  const consecutiveFailures = Math.max(connection.consecutiveFailures + 1, FAILING_AFTER);
  return {
    runtimeStatus: computeRuntimeStatus(connection.runtimeStatus, consecutiveFailures),
    consecutiveFailures,
    actionRequired: true,
    lastSyncAtMs: nowMs,
    lastErrorAtMs: nowMs,
  };
}

/** A person who runs a stopped Connection by hand, with success, wants it to go on. */
function rearm(claimed: ClaimedMessage, connection: ConnectionSnapshot, nowMs: number): Settlement['schedule'] {
  if (connection.scheduleArmed || claimed.message.kind !== 'manual') return { action: 'keep' };
  const next = planNextTick(connection.crons, { connectionId: connection.connectionId, afterMs: nowMs });
  return next ? { action: 'arm', ...next } : { action: 'keep' };
}

function runSucceeded(claimed: ClaimedMessage, { label }: ConnectionSnapshot, outcome: AttemptOutcome): ActivityRow {
  const { itemsCreated, itemsUpdated } = outcome;
  const created = itemsCreated > 0 ? [`${countItems(itemsCreated)} created`] : [];
  const updated = itemsUpdated > 0 ? [`${countItems(itemsUpdated)} updated`] : [];
  return {
    severity: 'info',
    summary: clipLine(`${label}: ${[...created, ...updated].join(', ')}`),
    detail: { kind: 'run_succeeded', run_id: claimed.id, items_created: itemsCreated, items_updated: itemsUpdated },
  };
}

function countItems(count: number): string {
  return count === 1 ? '1 item' : `${count} items`;
}

function scheduleDisarmed(claimed: ClaimedMessage, { label }: ConnectionSnapshot, givenReason: string): ActivityRow {
  const reason = clipLine(givenReason);
  return {
    severity: 'action_required',
    summary: clipLine(`${label}: its schedule has been stopped: ${reason}`),
    detail: { kind: 'schedule_disarmed', run_id: claimed.id, reason },
  };
}

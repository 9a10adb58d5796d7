import type { HandlerResult } from '@withmarfa/shared';
import type { Attempt, AttemptEnd } from '../runs/attempt.ts';
import { clipLine } from '../runs/clip-line.ts';
import type { ActivityRow, RenewalEnd, Settlement } from '../runs/settlement.ts';
import { earliestEndMs, planRenewal } from './plan-renewal.ts';

const HOUR_MS = 3_600_000;
/** A renewal that could not be done is begun again after this long, for as long as the Connection lives. */
export const RENEWAL_PAUSE_MS = HOUR_MS;
/** Told at the latest so long before the end, however far off an upstream has put the next attempt. */
const TOLD_BEFORE_END_MS = 12 * HOUR_MS;

/**
 * Makes the end of a renewal of what the end of an attempt is otherwise. It is nobody's work that failed, so it says nothing
 * about the Connection's health; it leaves no dead letter, because it begins again by itself; and it has one row of its own
 * for a person, from when it could not be done until it is.
 */
export function decideRenewal(attempt: Attempt, end: AttemptEnd, nowMs: number): Settlement {
  const stopsSchedule = end.schedule.action === 'disarm';
  const ended: AttemptEnd = {
    ...end,
    message: end.message.state === 'dead' ? { state: 'gone' } : end.message,
    health: stopsSchedule ? end.health : null,
    activity: end.message.state === 'gone' || stopsSchedule ? end.activity : [],
  };
  return judge(attempt, ended, nowMs);
}

function judge(attempt: Attempt, end: AttemptEnd, nowMs: number): Settlement {
  const { result, registrations = null } = attempt.outcome;
  if (!result.ok) return { ...end, renewal: failed(attempt, { result, end, nowMs }) };
  const made = registrations ?? attempt.connection.registrations;
  const endMs = earliestEndMs(made);
  if (endMs !== null && endMs <= nowMs) {
    const reason = 'what was registered has ended already, by the time that its service gives';
    return {
      ...end,
      run: { ...end.run, status: 'dead', error: reason },
      renewal: failed(attempt, { result: { ok: false, retry: false, reason }, end, nowMs }),
    };
  }
  return { ...end, renewal: { registrations, dueAtMs: planRenewal(made, nowMs), trouble: { state: 'solved' } } };
}

interface Failed {
  result: Extract<HandlerResult, { ok: false }>;
  end: AttemptEnd;
  nowMs: number;
}

function failed({ claimed, connection, outcome }: Attempt, { result, end, nowMs }: Failed): RenewalEnd {
  const registrations = outcome.registrations ?? null;
  const endMs = earliestEndMs(registrations ?? connection.registrations);
  const waitsUntilMs = end.message.state === 'waiting' ? end.message.notBeforeMs : null;
  const isTold = !connection.renewalTold && (waitsUntilMs === null || isTooLate(waitsUntilMs, { endMs, nowMs }));
  const row = expiring(connection.label, { runId: claimed.id, reason: clipLine(result.reason), endMs });
  return {
    registrations,
    dueAtMs: waitsUntilMs === null ? nowMs + RENEWAL_PAUSE_MS : null,
    trouble: isTold ? { state: 'told', row } : { state: 'keep' },
  };
}

/** Of a short life, half of what is left has to do. */
function isTooLate(attemptMs: number, { endMs, nowMs }: { endMs: number | null; nowMs: number }): boolean {
  return endMs !== null && attemptMs >= endMs - Math.min(TOLD_BEFORE_END_MS, (endMs - nowMs) / 2);
}

function expiring(
  label: string,
  { runId, reason, endMs }: { runId: string; reason: string; endMs: number | null },
): ActivityRow {
  const end = endMs === null ? null : new Date(endMs).toISOString();
  const what =
    end === null
      ? 'its service cannot be asked to tell of changes'
      : `its service stops telling of changes at ${end}, and cannot be asked to go on`;
  return {
    severity: 'action_required',
    summary: clipLine(`${label}: ${what}: ${reason}`),
    detail: { kind: 'registration_expiring', run_id: runId, reason, expires_at: end },
  };
}

import type { Clock } from '../ports/clock.ts';
import type { NewMessage } from '../ports/mailbox.ts';
import type { ArmedSchedule, Schedules } from '../ports/schedules.ts';
import { planNextTick } from './plan-next-tick.ts';

/** Schedules that are read at a time; bounds memory when very many are due at once. */
const BATCH = 200;

export interface FiringOptions {
  schedules: Schedules;
  clock: Clock;
  newId: () => string;
  /** Called for every Connection that got a message. */
  ring: (connectionId: string) => void;
  /** Called for a schedule that could not be moved on; the others fire all the same. */
  onFault: (error: unknown, schedule: ArmedSchedule) => void;
  /** No more are fired once this is aborted. */
  signal: AbortSignal;
}

/**
 * Fires every schedule that is due, once: however many of its ticks were missed, the next one is planned from now on.
 * @returns how many messages were accepted, and how many schedules could not be moved on.
 */
export async function fireDueSchedules(options: FiringOptions): Promise<{ fired: number; faults: number }> {
  const { schedules, clock, ring, onFault, signal } = options;
  let fired = 0;
  let faults = 0;
  for (;;) {
    const due = await schedules.due(clock.nowMs(), BATCH);
    let faultsOfBatch = 0;
    for (const schedule of due) {
      if (signal.aborted) return { fired, faults };
      try {
        if (await fire(schedule, options)) {
          fired += 1;
          ring(schedule.connectionId);
        }
      } catch (error) {
        faultsOfBatch += 1;
        onFault(error, schedule);
      }
    }
    faults += faultsOfBatch;
    // What could not be moved on would be read again at once, and for ever.
    if (due.length < BATCH || faultsOfBatch > 0) return { fired, faults };
  }
}

async function fire(schedule: ArmedSchedule, { schedules, clock, newId }: FiringOptions): Promise<boolean> {
  const nowMs = clock.nowMs();
  const { connectionId, crons } = schedule;
  const next = planNextTick(crons, { connectionId, afterMs: nowMs });
  return (await schedules.claim(schedule, next, toMessage(schedule, newId(), nowMs))) === 'fired';
}

function toMessage(schedule: ArmedSchedule, id: string, nowMs: number): NewMessage {
  const { spaceId, connectionId, integrationName, tickAtMs } = schedule;
  return {
    id,
    spaceId,
    connectionId,
    message: {
      kind: 'schedule',
      integration_name: integrationName,
      connection_id: connectionId,
      tenant_id: spaceId,
      scheduled_for_ms: tickAtMs,
    },
    // A clock that is set back brings the same ticks again.
    dedupeKey: `schedule:${tickAtMs}`,
    coalesceKey: 'schedule',
    queuedAtMs: nowMs,
  };
}

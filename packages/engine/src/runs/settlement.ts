import type { Registration, RunStatus, RuntimeStatus, Severity } from '@withmarfa/shared';

/** An activity row that an attempt's end causes. */
export interface ActivityRow {
  severity: Severity;
  /** One line of at most 500 characters. */
  summary: string;
  detail: Record<string, unknown>;
}

/** What an attempt's end says about its Connection. */
export interface ConnectionHealth {
  /** Not applied to a Connection that is `paused` or `reauth_required` by then: only a person ends those. */
  runtimeStatus: RuntimeStatus;
  consecutiveFailures: number;
  /** True from the `action_required` row of a permanent failure until a run succeeds, so that it is told once. */
  actionRequired: boolean;
  /** Null keeps the last one. */
  lastSyncAtMs: number | null;
  /** Null clears it. */
  lastErrorAtMs: number | null;
}

/** What the end of a renewal says about a Connection's registrations. */
export interface RenewalEnd {
  /** Null leaves what there was. */
  registrations: readonly Registration[] | null;
  /** When to renew next; null plans nothing, while its message waits for another attempt or nothing ends by itself. */
  dueAtMs: number | null;
  /** `told` by the row that is given, `solved` takes the open row away, `keep` leaves it. */
  trouble: { state: 'keep' } | { state: 'solved' } | { state: 'told'; row: ActivityRow };
}

/** Everything that one attempt's end writes, decided without I/O and applied in one transaction. */
export interface Settlement {
  /** What becomes of the message. */
  message:
    | { state: 'gone' }
    | { state: 'waiting'; notBeforeMs: number; reason: string; failedAtMs: number }
    | { state: 'dead'; reason: string; failedAtMs: number };
  run: {
    status: Extract<RunStatus, 'succeeded' | 'retrying' | 'dead' | 'skipped'>;
    error: string | null;
    /** Of this attempt alone; the run record adds them up over its attempts. */
    itemsCreated: number;
    /** Of this attempt alone; the run record adds them up over its attempts. */
    itemsUpdated: number;
    /** Null while it will be tried again. */
    finishedAtMs: number | null;
  };
  /** The delivery that has been dealt with, by its sender's id; null when this was none, or it has not been. */
  handledDelivery: string | null;
  /** Null leaves the cursors as they are. */
  cursors: { set: Record<string, unknown>; cleared: readonly string[] } | null;
  /** Null leaves the Connection's health as it is (a skipped run says nothing about it). */
  health: ConnectionHealth | null;
  /** `disarm` stops the schedule; `arm` starts it again from the next tick; `keep` leaves it. */
  schedule: { action: 'keep' } | { action: 'disarm' } | { action: 'arm'; tickAtMs: number; dueAtMs: number };
  activity: readonly ActivityRow[];
  /** Null for whatever was no renewal. */
  renewal: RenewalEnd | null;
}

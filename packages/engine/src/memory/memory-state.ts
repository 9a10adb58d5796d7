import type { Run } from '@withmarfa/shared';
import type { ConnectionSnapshot } from '../ports/connections.ts';
import type { ClaimedMessage } from '../ports/mailbox.ts';
import type { PlannedRenewal } from '../ports/renewals.ts';
import type { ArmedSchedule } from '../ports/schedules.ts';
import type { ActivityRow } from '../runs/settlement.ts';

/** A message with what the mailbox keeps beside it. A message that is gone is not kept. */
export interface StoredMessage extends ClaimedMessage {
  state: 'waiting' | 'running' | 'dead';
  coalesceKey: string | null;
  notBeforeMs: number;
  /** The fence of the lease that it was last claimed under. */
  fence: number;
  reason: string | null;
}

export interface StoredConnection extends Omit<ConnectionSnapshot, 'scheduleArmed' | 'renewalTold'> {
  lastSyncAtMs: number | null;
  lastErrorAtMs: number | null;
  /** The open row about a renewal that could not be done. */
  renewalRow: ActivityRow | null;
}

export interface StoredLease {
  /** Null once released; the fence stays, so that it only ever rises. */
  holder: string | null;
  fence: number;
  expiresAtMs: number;
}

/** What a database would hold. Every map is keyed by Connection id, `runs` by the message's. */
export interface MemoryState {
  connections: Map<string, StoredConnection>;
  messages: Map<string, StoredMessage[]>;
  dedupeKeys: Map<string, Set<string>>;
  runs: Map<string, Run>;
  leases: Map<string, StoredLease>;
  schedules: Map<string, ArmedSchedule>;
  renewals: Map<string, PlannedRenewal>;
  activity: Map<string, ActivityRow[]>;
}

export function createMemoryState(): MemoryState {
  return {
    connections: new Map(),
    messages: new Map(),
    dedupeKeys: new Map(),
    runs: new Map(),
    leases: new Map(),
    schedules: new Map(),
    renewals: new Map(),
    activity: new Map(),
  };
}

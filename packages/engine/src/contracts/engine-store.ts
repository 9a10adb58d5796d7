import type { Run } from '@withmarfa/shared';
import type { ConnectionSnapshot, Connections } from '../ports/connections.ts';
import type { Leases } from '../ports/leases.ts';
import type { Mailbox } from '../ports/mailbox.ts';
import type { Renewals } from '../ports/renewals.ts';
import type { Schedules } from '../ports/schedules.ts';
import type { ActivityRow, ConnectionHealth } from '../runs/settlement.ts';

/** The ports that a contract suite drives, and the windows through which it looks at what they wrote. */
export interface EngineStore {
  mailbox: Mailbox;
  leases: Leases;
  schedules: Schedules;
  renewals: Renewals;
  connections: Connections;
  /**
   * Creates or replaces a Connection, with whatever rows it needs around it (its space, its integration). Replacing
   * leaves an armed schedule armed; whether one is, follows from the `Schedules` port alone, as what is registered follows
   * from settlements.
   */
  putConnection(connection: PutConnection): Promise<void>;
  /** The Connection's run records, in any order. */
  runs(connectionId: string): Promise<Run[]>;
  /** The Connection's activity rows that have not been taken away, in any order. */
  activity(connectionId: string): Promise<ActivityRow[]>;
  cursors(connectionId: string): Promise<Record<string, unknown>>;
  /** Null in `lastSyncAtMs` and `lastErrorAtMs` stands for none. */
  health(connectionId: string): Promise<ConnectionHealth>;
  /** When the next renewal is planned; null for never. */
  renewalDueAtMs(connectionId: string): Promise<number | null>;
  close(): Promise<void>;
}

/** A Connection as a suite gives it to a store. */
export type PutConnection = Omit<ConnectionSnapshot, 'scheduleArmed' | 'registrations' | 'renewalTold'>;

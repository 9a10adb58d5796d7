import type { Registration, RuntimeStatus } from '@withmarfa/shared';

/** What the engine needs to know of a Connection at the start of an attempt. */
export interface ConnectionSnapshot {
  connectionId: string;
  spaceId: string;
  integrationName: string;
  label: string;
  active: boolean;
  runtimeStatus: RuntimeStatus;
  consecutiveFailures: number;
  /** As last settled in `ConnectionHealth.actionRequired`; false at first. */
  actionRequired: boolean;
  configuration: Record<string, unknown>;
  cursors: Record<string, unknown>;
  /** What its connector has registered at the upstream, as last settled. */
  registrations: readonly Registration[];
  /** Whether a person has been told that its registrations could not be renewed, and they still could not. */
  renewalTold: boolean;
  /** The newest deliveries that its handler has dealt with, by their senders' ids; at most `MAX_HANDLED_DELIVERIES`. */
  handledDeliveries: readonly string[];
  /** Cron expressions of its schedule triggers, empty without one. */
  crons: readonly string[];
  /** Whether a tick is planned: false without a schedule trigger and after a handler disarmed it. */
  scheduleArmed: boolean;
}

/** How many deliveries a Connection remembers beyond its mailbox. */
export const MAX_HANDLED_DELIVERIES = 256;

export interface Connections {
  load(connectionId: string): Promise<ConnectionSnapshot | null>;
}

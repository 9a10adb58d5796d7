import type { Connections } from './connections.ts';
import type { Leases } from './leases.ts';
import type { Mailbox } from './mailbox.ts';
import type { Renewals } from './renewals.ts';
import type { Runner } from './runner.ts';
import type { Schedules } from './schedules.ts';

/** Everything a host supplies. */
export interface EnginePorts {
  mailbox: Mailbox;
  leases: Leases;
  schedules: Schedules;
  renewals: Renewals;
  connections: Connections;
  runner: Runner;
}

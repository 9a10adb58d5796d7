import type { Connections } from './connections.ts';
import type { Leases } from './leases.ts';
import type { Mailbox } from './mailbox.ts';
import type { Runner } from './runner.ts';
import type { Schedules } from './schedules.ts';

/** Everything a host supplies. */
export interface EnginePorts {
  mailbox: Mailbox;
  leases: Leases;
  schedules: Schedules;
  connections: Connections;
  runner: Runner;
}

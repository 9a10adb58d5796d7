import type { ConnectionSnapshot } from '../ports/connections.ts';

/** A healthy, active Connection of its own space, with fresh ids. */
export function aConnection(overrides: Partial<ConnectionSnapshot> = {}): ConnectionSnapshot {
  return {
    connectionId: crypto.randomUUID(),
    spaceId: crypto.randomUUID(),
    integrationName: 'acme.feed-reader',
    label: 'Acme news',
    active: true,
    runtimeStatus: 'healthy',
    consecutiveFailures: 0,
    actionRequired: false,
    configuration: {},
    cursors: {},
    registrations: [],
    renewalTold: false,
    handledDeliveries: [],
    crons: ['0 * * * *'],
    scheduleArmed: false,
    ...overrides,
  };
}

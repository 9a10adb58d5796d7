import type { ConnectionSnapshot } from '../ports/connections.ts';
import type { NewMessage } from '../ports/mailbox.ts';
import { NOON_MS } from './noon.ts';

/** A manual run of `connection`, queued at noon, with a fresh id. */
export function aMessage(connection: ConnectionSnapshot, overrides: Partial<NewMessage> = {}): NewMessage {
  const { connectionId, spaceId, integrationName } = connection;
  return {
    id: crypto.randomUUID(),
    spaceId,
    connectionId,
    message: {
      kind: 'manual',
      integration_name: integrationName,
      connection_id: connectionId,
      tenant_id: spaceId,
      requested_at_ms: NOON_MS,
      requested_by: 'a person',
    },
    queuedAtMs: NOON_MS,
    ...overrides,
  };
}

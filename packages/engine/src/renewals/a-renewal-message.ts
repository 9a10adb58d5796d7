import type { NewMessage } from '../ports/mailbox.ts';

/** Whose registrations are to be renewed. */
export interface RenewalOwner {
  connectionId: string;
  spaceId: string;
  integrationName: string;
}

/** The message that has a Connection's registrations renewed. One that waits already says it all. */
export function aRenewalMessage(
  { connectionId, spaceId, integrationName }: RenewalOwner,
  { id, nowMs }: { id: string; nowMs: number },
): NewMessage {
  return {
    id,
    spaceId,
    connectionId,
    message: {
      kind: 'renew',
      integration_name: integrationName,
      connection_id: connectionId,
      tenant_id: spaceId,
      requested_at_ms: nowMs,
    },
    coalesceKey: 'renew',
    queuedAtMs: nowMs,
  };
}

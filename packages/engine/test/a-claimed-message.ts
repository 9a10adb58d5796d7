import type { QueueMessage } from '@withmarfa/shared';
import type { ConnectionSnapshot } from '../src/ports/connections.ts';
import type { ClaimedMessage } from '../src/ports/mailbox.ts';

export const NOW_MS = Date.UTC(2026, 2, 2, 12);

/** A message of `connection` at its first attempt; of kind `schedule` unless told. */
export function aClaimedMessage(
  connection: ConnectionSnapshot,
  { kind = 'schedule', attempt = 1 }: { kind?: QueueMessage['kind']; attempt?: number } = {},
): ClaimedMessage {
  const { connectionId, spaceId } = connection;
  return {
    id: crypto.randomUUID(),
    spaceId,
    connectionId,
    message: aQueueMessage(kind, connection),
    subject: null,
    attempt,
    queuedAtMs: NOW_MS,
  };
}

function aQueueMessage(kind: QueueMessage['kind'], connection: ConnectionSnapshot): QueueMessage {
  const common = { integration_name: connection.integrationName, connection_id: connection.connectionId };
  switch (kind) {
    case 'schedule':
      return { kind, ...common, scheduled_for_ms: NOW_MS };
    case 'manual':
      return { kind, ...common, requested_at_ms: NOW_MS, requested_by: 'a person' };
    case 'webhook':
      return { kind, ...common, delivery_id: 'd-1', headers: {}, body_base64: '', verified_at_ms: NOW_MS };
    case 'item-event':
      return {
        kind,
        ...common,
        event_type: 'created',
        item_id: crypto.randomUUID(),
        cycle: { originating_connection_id: null, hop_count: 0 },
        payload: {},
      };
    case 'renew':
      return { kind, ...common, requested_at_ms: NOW_MS };
    default:
      return kind satisfies never;
  }
}

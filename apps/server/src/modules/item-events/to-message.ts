import type { NewMessage } from '@withmarfa/engine';
import type { EventName, ItemEventMessage } from '@withmarfa/shared';
import type { EventRow } from '../../platform/database/settled-events.ts';
import type { Listener } from './listeners.ts';

const EVENT_TYPES: Partial<Record<EventName, ItemEventMessage['event_type']>> = {
  'item.created': 'created',
  'item.updated': 'updated',
  'item.deleted': 'deleted',
  'item.restored': 'restored',
  'item.state_changed': 'state_changed',
  'metadata.changed': 'metadata_changed',
};

/** An event that tells of an item, under the name that connectors know it by. */
export interface ItemEvent extends EventRow {
  event_type: ItemEventMessage['event_type'];
}

/** @returns null for what happens to edges: connectors hear of items alone. */
export function toItemEvent(event: EventRow): ItemEvent | null {
  const event_type = EVENT_TYPES[event.event as EventName];
  return event_type === undefined ? null : { ...event, event_type };
}

/**
 * The message by which a Connection is told of an event. Events of one item keep their order, and newer ones fold into
 * one that waits; what is told of its tags is of another shape than the item, and folds by itself.
 */
export function toMessage(
  { id, spaceId, integrationName }: Listener,
  event: ItemEvent,
  { newId, nowMs }: { newId: () => string; nowMs: number },
): NewMessage {
  const { subject_id, event_type, cycle_origin_id, hop_count } = event;
  return {
    id: newId(),
    spaceId,
    connectionId: id,
    message: {
      kind: 'item-event',
      integration_name: integrationName,
      connection_id: id,
      tenant_id: spaceId,
      event_type,
      item_id: subject_id,
      cycle: { originating_connection_id: cycle_origin_id, hop_count },
      payload: JSON.parse(event.payload) as Record<string, unknown>,
    },
    subject: subject_id,
    coalesceKey: `${event_type === 'metadata_changed' ? 'metadata' : 'item'}:${subject_id}`,
    queuedAtMs: nowMs,
  };
}

import type { DeadLetter, QueueMessage } from '@withmarfa/shared';
import type { DeadRow } from './replay-messages.ts';

const PREVIEW_CHARACTERS = 500;
/** Enough for a preview of characters of four bytes. */
export const PREVIEW_BYTES = 4 * PREVIEW_CHARACTERS;

/** @param body the beginning of a webhook's body. */
export function toDeadLetter(row: DeadRow, body: Uint8Array | undefined): DeadLetter {
  const message = JSON.parse(row.payload) as QueueMessage;
  const at = (timeMs: number | null) => new Date(timeMs ?? row.queued_at_ms).toISOString();
  return {
    id: row.id,
    connection_id: row.connection_id,
    kind: message.kind,
    delivery_id: message.kind === 'webhook' ? message.delivery_id : null,
    attempts: row.attempt,
    reason: row.reason ?? '',
    first_failed_at: at(row.first_failed_at_ms),
    last_failed_at: at(row.last_failed_at_ms),
    payload_preview: preview(message, body),
  };
}

function preview(message: QueueMessage, body: Uint8Array | undefined): string {
  switch (message.kind) {
    case 'webhook':
      return clip(new TextDecoder().decode(body ?? new Uint8Array()));
    case 'item-event':
      return clip(JSON.stringify({ event_type: message.event_type, item_id: message.item_id, ...message.payload }));
    case 'schedule':
      return `the tick of ${new Date(message.scheduled_for_ms).toISOString()}`;
    case 'manual':
    case 'renew':
      return `asked for at ${new Date(message.requested_at_ms).toISOString()}`;
    default:
      return message satisfies never;
  }
}

function clip(text: string): string {
  return text.length <= PREVIEW_CHARACTERS ? text : `${text.slice(0, PREVIEW_CHARACTERS - 1)}…`;
}

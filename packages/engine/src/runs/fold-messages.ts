import type { ItemEventMessage, QueueMessage } from '@withmarfa/shared';

/**
 * What two messages with the same coalesce key come to when only one can wait. An item event takes on what the later one
 * tells, with the longer of both chains; of every other kind the one that waits says it all.
 */
export function foldMessages(waiting: QueueMessage, later: QueueMessage): QueueMessage {
  if (waiting.kind !== 'item-event' || later.kind !== 'item-event') return waiting;
  return {
    ...later,
    event_type: foldedType(waiting, later),
    cycle: later.cycle.hop_count > waiting.cycle.hop_count ? later.cycle : waiting.cycle,
  };
}

/** An update adds its payload: what nobody has been told of yet is still new, or still restored. */
function foldedType(waiting: ItemEventMessage, later: ItemEventMessage): ItemEventMessage['event_type'] {
  return later.event_type === 'updated' ? waiting.event_type : later.event_type;
}

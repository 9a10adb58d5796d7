import type { IntegrationManifest, ItemEventMessage } from '@withmarfa/shared';
import type { SpaceEvent } from '../space/space-state.ts';

/** The longest chain of connectors that wake each other. */
const HOP_BUDGET = 5;

/** A message that waits for its delivery. */
export interface QueuedEvent {
  message: ItemEventMessage;
  /** Deliveries so far. */
  attempts: number;
  /** Not before, in milliseconds since the epoch. */
  notBefore: number;
}

export interface EventQueue {
  /** Takes up a change of the space, if it is one that wakes the connector. */
  offer(event: SpaceEvent): void;
  /** @returns what is due first, taken out of the queue; null when it is empty. */
  next(): QueuedEvent | null;
  putBack(event: QueuedEvent): void;
  readonly length: number;
}

/**
 * What waits for one Connection: changes of its target types that it did not make itself. A newer change of an item takes
 * the place of one that still waits.
 */
export function createEventQueue(options: {
  manifest: IntegrationManifest | null;
  connectionId: string;
  isA: (type: string, ancestor: string) => boolean;
  toMessage: (event: SpaceEvent) => ItemEventMessage;
}): EventQueue {
  const waiting: QueuedEvent[] = [];

  function wakes({ item, writtenBy, cycle }: SpaceEvent): boolean {
    const { manifest } = options;
    const hears = manifest === null || manifest.triggers.some((trigger) => trigger.type === 'item-event');
    const isTargeted = manifest === null || manifest.target_types.some((type) => options.isA(item.type, type));
    return hears && isTargeted && writtenBy !== options.connectionId && cycle.hop_count < HOP_BUDGET;
  }

  return {
    offer(event) {
      if (!wakes(event)) return;
      const message = options.toMessage(event);
      const known = waiting.find((queued) => queued.message.item_id === message.item_id && queued.attempts === 0);
      if (known) known.message = message;
      else waiting.push({ message, attempts: 0, notBefore: 0 });
    },
    next() {
      const [first] = [...waiting].sort((one, other) => one.notBefore - other.notBefore);
      if (!first) return null;
      waiting.splice(waiting.indexOf(first), 1);
      return first;
    },
    putBack: (event) => void waiting.push(event),
    get length() {
      return waiting.length;
    },
  };
}

import type {
  Item,
  ItemEventMessage,
  ManualMessage,
  RenewMessage,
  ScheduleMessage,
  WebhookMessage,
} from '@withmarfa/shared';
import type { SpaceEvent } from '../space/space-state.ts';
import type { ItemEventInput, WebhookInput } from './test-harness.ts';

/** Builds what lies in a Connection's mailbox. */
export interface Messages {
  schedule(): ScheduleMessage;
  manual(): ManualMessage;
  renew(): RenewMessage;
  webhook(delivery: WebhookInput): WebhookMessage;
  itemEvent(
    item: { id: string; item: Item | null },
    event_type: ItemEventMessage['event_type'],
    input: ItemEventInput,
  ): ItemEventMessage;
  fromSpace(event: SpaceEvent): ItemEventMessage;
}

export function createMessages(options: {
  integration_name: string;
  connection_id: string;
  tenant_id: string | null;
  nowMs: () => number;
}): Messages {
  const { integration_name, connection_id, tenant_id, nowMs } = options;
  const common = { integration_name, connection_id, ...(tenant_id === null ? {} : { tenant_id }) };
  let deliveries = 0;

  function itemEvent(
    { id, item }: { id: string; item: Item | null },
    event_type: ItemEventMessage['event_type'],
    { cycle, payload }: ItemEventInput,
  ): ItemEventMessage {
    return {
      kind: 'item-event',
      ...common,
      event_type,
      item_id: id,
      cycle: cycle ?? { originating_connection_id: null, hop_count: 0 },
      payload: payload ?? payloadOf(event_type, item) ?? { id },
    };
  }

  return {
    schedule: () => ({ kind: 'schedule', ...common, scheduled_for_ms: nowMs() }),
    manual: () => ({ kind: 'manual', ...common, requested_at_ms: nowMs(), requested_by: 'person' }),
    renew: () => ({ kind: 'renew', ...common, requested_at_ms: nowMs() }),
    webhook({ body = '', headers = {}, delivery_id }) {
      deliveries += 1;
      const isRaw = typeof body === 'string' || body instanceof Uint8Array;
      return {
        kind: 'webhook',
        ...common,
        delivery_id: delivery_id ?? `delivery-${deliveries}`,
        headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
        body_base64: Buffer.from(isRaw ? body : JSON.stringify(body)).toString('base64'),
        verified_at_ms: nowMs(),
      };
    },
    itemEvent,
    fromSpace: ({ event_type, item, cycle }) => itemEvent({ id: item.id, item }, event_type, { cycle }),
  };
}

/** The item as it is after the change; of one that is gone, what it was. */
function payloadOf(event_type: ItemEventMessage['event_type'], item: Item | null): Record<string, unknown> | undefined {
  if (item === null) return undefined;
  return event_type === 'deleted' ? { id: item.id, type: item.type } : { ...item };
}

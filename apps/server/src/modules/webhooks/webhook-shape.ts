import type { EventName, Properties, Webhook, WebhookDelivery } from '@withmarfa/shared';
import type { Selectable } from 'kysely';
import type { Tables } from '../../platform/database/tables.ts';

export type WebhookRow = Selectable<Tables['webhooks']>;
export type DeliveryRow = Selectable<Tables['webhook_deliveries']>;

/** The wire form, which never holds the secret. */
export function toWebhook(row: WebhookRow): Webhook {
  return {
    id: row.id,
    url: row.url,
    events: eventsOf(row),
    type_filter: row.type_filter,
    active: row.active === 1,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

export function eventsOf(row: Pick<WebhookRow, 'events'>): EventName[] {
  return JSON.parse(row.events) as EventName[];
}

/** What its `system.webhook` item says of it. */
export function propertiesOf(row: WebhookRow): Properties {
  const { url, events, type_filter, active } = toWebhook(row);
  return { url, events, ...(type_filter === null ? {} : { type_filter }), active };
}

/** @param options.isActive while a webhook is not, nothing is tried. */
export function toDelivery(row: DeliveryRow, { isActive }: { isActive: boolean }): WebhookDelivery {
  // While it is being sent, what stands there is how long that may take.
  const dueAtMs = isActive && row.claim === null ? row.due_at_ms : null;
  return {
    id: row.id,
    webhook_id: row.webhook_id,
    event_id: row.event_id,
    event: row.event as EventName,
    status: row.status as WebhookDelivery['status'],
    attempts: row.attempts,
    response_status: row.response_status,
    failure: row.failure,
    created_at: row.created_at,
    last_attempt_at: row.last_attempt_at,
    next_attempt_at: dueAtMs === null ? null : new Date(dueAtMs).toISOString(),
  };
}

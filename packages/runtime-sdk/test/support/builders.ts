import type { RunDependencies, RunRequest } from '@withmarfa/runtime-sdk/host';
import { systemClock } from '@withmarfa/runtime-sdk/host';
import type {
  Item,
  ItemEnvelope,
  ItemEventMessage,
  ManualMessage,
  ScheduleMessage,
  WebhookMessage,
} from '@withmarfa/shared';

export const CONNECTION = '0190a8b0-0000-7000-8000-000000000001';
export const TENANT = '0190a8b0-0000-7000-8000-000000000002';
export const RUN = '0190a8b0-0000-7000-8000-000000000003';
export const ITEM = '0190a8b0-0000-7000-8000-000000000004';

const MINUTE_MS = 60_000;

export function aTick(): ScheduleMessage {
  return {
    kind: 'schedule',
    integration_name: 'acme.test',
    connection_id: CONNECTION,
    tenant_id: TENANT,
    scheduled_for_ms: 1000,
  };
}

export function aManualMessage(): ManualMessage {
  return {
    kind: 'manual',
    integration_name: 'acme.test',
    connection_id: CONNECTION,
    requested_at_ms: 2000,
    requested_by: 'user:1',
  };
}

export function aDelivery(overrides: Partial<WebhookMessage> = {}): WebhookMessage {
  return {
    kind: 'webhook',
    integration_name: 'acme.test',
    connection_id: CONNECTION,
    delivery_id: 'delivery-1',
    headers: { 'content-type': 'text/plain' },
    body_base64: '',
    verified_at_ms: 3000,
    ...overrides,
  };
}

export function anItemEvent(): ItemEventMessage {
  return {
    kind: 'item-event',
    integration_name: 'acme.test',
    connection_id: CONNECTION,
    event_type: 'created',
    item_id: ITEM,
    cycle: { originating_connection_id: null, hop_count: 0 },
    payload: {},
  };
}

export function aRunRequest(overrides: Partial<RunRequest> = {}): RunRequest {
  const now = Date.now();
  return {
    type: 'run',
    run_id: RUN,
    message: aTick(),
    configuration: {},
    cursors: {},
    credential: { api_key: 'first-key', expires_at_ms: now + 15 * MINUTE_MS },
    server_url: 'http://127.0.0.1:9',
    deadline_ms: now + 2 * MINUTE_MS,
    ...overrides,
  };
}

export function dependencies(overrides: Partial<RunDependencies> = {}): RunDependencies {
  return {
    fetch: (input, init) => fetch(input, init),
    egressFetch: () => Promise.reject(new TypeError('no outside world in this test')),
    log: () => undefined,
    refreshCredential: () => Promise.reject(new Error('no refresh in this test')),
    clock: systemClock,
    random: () => 0,
    ...overrides,
  };
}

export function anItem(overrides: Partial<Item> = {}): Item {
  const at = '2026-03-01T09:30:00.000Z';
  return {
    id: ITEM,
    type: 'core.note',
    properties: {},
    state: 'active',
    tenant_id: TENANT,
    version: 1,
    schema_version: '1.0.0',
    source: 'acme.test',
    timestamp: at,
    created_at: at,
    updated_at: at,
    ...overrides,
  };
}

export function anEnvelope(overrides: Partial<Item> = {}): ItemEnvelope {
  const item = anItem(overrides);
  return { item, metadata: { item_id: item.id, tags: [], extensions: {} } };
}

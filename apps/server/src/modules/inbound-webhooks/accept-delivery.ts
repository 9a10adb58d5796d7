import type { WebhookMessage } from '@withmarfa/shared';
import type { Transaction } from '../../platform/database/database.ts';
import { preparedQuery } from '../../platform/database/prepared-query.ts';
import type { InboundTarget } from './inbound-target.ts';

/** A genuine delivery on its way into the mailbox. Its id is also that of its message and its run. */
export interface GenuineDelivery {
  id: string;
  target: Pick<InboundTarget, 'connectionId' | 'spaceId' | 'integrationName'>;
  webhookId: string;
  externalId: string;
  headers: string;
  body: Uint8Array;
  /** Messages with the same key keep their order even when one of them waits for a retry. */
  orderingKey: string | null;
  receivedAtMs: number;
}

interface ReceiptValues {
  id: string;
  spaceId: string;
  connectionId: string;
  webhookId: string;
  externalId: string;
  headers: string;
  body: Uint8Array;
  size: number;
  atMs: number;
}

/** The unique index over genuine deliveries is the claim: who is not inserted has been here before. */
const insertReceipt = preparedQuery<ReceiptValues>(
  ['id', 'spaceId', 'connectionId', 'webhookId', 'externalId', 'headers', 'body', 'size', 'atMs'],
  (queryable, value) =>
    queryable
      .insertInto('inbound_deliveries')
      .values({
        id: value.id,
        space_id: value.spaceId,
        connection_id: value.connectionId,
        inbound_webhook_id: value.webhookId,
        external_delivery_id: value.externalId,
        verified: 1,
        reason: null,
        headers: value.headers,
        body: value.body,
        size_bytes: value.size,
        received_at_ms: value.atMs,
        run_id: value.id,
      })
      .onConflict((conflict) => conflict.doNothing()),
);

const insertMessage = preparedQuery<{
  id: string;
  spaceId: string;
  connectionId: string;
  payload: string;
  subject: string | null;
  atMs: number;
}>(['id', 'spaceId', 'connectionId', 'payload', 'subject', 'atMs'], (queryable, value) =>
  queryable.insertInto('mailbox_messages').values({
    id: value.id,
    space_id: value.spaceId,
    connection_id: value.connectionId,
    payload: value.payload,
    subject: value.subject,
    coalesce_key: null,
    state: 'waiting',
    attempt: 0,
    fence: 0,
    not_before_ms: 0,
    queued_at_ms: value.atMs,
    reason: null,
    kind: 'webhook',
    receipt_id: value.id,
    first_failed_at_ms: null,
    last_failed_at_ms: null,
  }),
);

const insertRun = preparedQuery<{ id: string; spaceId: string; connectionId: string; queuedAt: string }>(
  ['id', 'spaceId', 'connectionId', 'queuedAt'],
  (queryable, value) =>
    queryable.insertInto('runs').values({
      id: value.id,
      space_id: value.spaceId,
      connection_id: value.connectionId,
      trigger: 'webhook',
      status: 'queued',
      attempt: 0,
      queued_at: value.queuedAt,
      started_at: null,
      finished_at: null,
      error: null,
      items_created: 0,
      items_updated: 0,
      replay_of: null,
    }),
);

/**
 * Claims a delivery and puts it into its Connection's mailbox, in one act.
 * @returns false when it has been received before; then nothing was written.
 */
export async function acceptDelivery(transaction: Transaction, delivery: GenuineDelivery): Promise<boolean> {
  const { id, target, headers, body, receivedAtMs: atMs } = delivery;
  const { spaceId, connectionId } = target;
  const { numAffectedRows } = await insertReceipt(transaction, {
    id,
    spaceId,
    connectionId,
    webhookId: delivery.webhookId,
    externalId: delivery.externalId,
    headers,
    body,
    size: body.byteLength,
    atMs,
  });
  if (numAffectedRows === 0n) return false;
  const payload = JSON.stringify(envelopeOf(delivery.target, delivery.externalId, atMs));
  const subject = delivery.orderingKey === null ? null : `webhook:${delivery.orderingKey}`;
  await insertMessage(transaction, { id, spaceId, connectionId, payload, subject, atMs });
  await insertRun(transaction, { id, spaceId, connectionId, queuedAt: new Date(atMs).toISOString() });
  return true;
}

/** @returns the message as the mailbox keeps it: headers and body lie with the receipt. */
export function envelopeOf(
  { integrationName, connectionId, spaceId }: GenuineDelivery['target'],
  externalId: string,
  verifiedAtMs: number,
): WebhookMessage {
  return {
    kind: 'webhook',
    integration_name: integrationName,
    connection_id: connectionId,
    tenant_id: spaceId,
    delivery_id: externalId,
    headers: {},
    body_base64: '',
    verified_at_ms: verifiedAtMs,
  };
}

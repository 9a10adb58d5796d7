import type { InboundDelivery, InboundWebhook, WebhookMethodSchema } from '@withmarfa/shared';
import type { Selectable } from 'kysely';
import type { z } from 'zod';
import { NULL_SPACE_ID } from '../../platform/database/null-space.ts';
import type { Tables } from '../../platform/database/tables.ts';

export type InboundWebhookRow = Selectable<Tables['inbound_webhooks']>;
export type SecretRow = Selectable<Tables['inbound_webhook_secrets']>;
type DeliveryRow = Selectable<Tables['inbound_deliveries']>;

const SHOWN_BYTES = 16_384;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The public address of an inbound webhook. */
export function receiptUrl(publicUrl: string, webhookId: string): string {
  return `${publicUrl}/webhooks/inbound/${webhookId}`;
}

/** @param secrets newest first, with their plaintexts. */
export function toInboundWebhook(
  row: InboundWebhookRow,
  secrets: readonly { secret: string; expires_at_ms: number | null }[],
  receiptUrl: string,
): InboundWebhook {
  const [newest, ...former] = secrets;
  const ends = former.map(({ expires_at_ms }) => expires_at_ms ?? 0);
  return {
    id: row.id,
    ...(row.space_id === NULL_SPACE_ID ? {} : { tenant_id: row.space_id }),
    connection_id: row.connection_id,
    ...(row.external_service_id === null ? {} : { external_service_id: row.external_service_id }),
    secret_redacted: `••••${(newest?.secret ?? '').slice(-4)}`,
    verification_method: row.method as z.infer<typeof WebhookMethodSchema>,
    events: JSON.parse(row.events) as string[],
    disabled: row.disabled === 1,
    receipt_url: receiptUrl,
    ...(ends.length === 0 ? {} : { previous_secret_expires_at: new Date(Math.max(...ends)).toISOString() }),
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

/** A receipt with what became of it. */
export interface HandledDelivery extends DeliveryRow {
  run_status: string | null;
  run_attempt: number | null;
  run_finished_at: string | null;
  run_error: string | null;
  not_before_ms: number | null;
}

export function toDelivery(row: HandledDelivery): InboundDelivery {
  const { text, encoding } = shown(row.body.subarray(0, SHOWN_BYTES));
  const isOver = row.run_finished_at !== null;
  return {
    id: row.id,
    inbound_webhook_id: row.inbound_webhook_id,
    external_delivery_id: row.external_delivery_id,
    received_at: new Date(row.received_at_ms).toISOString(),
    payload: {
      headers: JSON.parse(row.headers) as Record<string, string>,
      size_bytes: row.size_bytes,
      encoding,
      body: text,
      truncated: row.size_bytes > SHOWN_BYTES,
    },
    verified: row.verified === 1,
    processed_at: row.run_finished_at,
    processing_error: row.verified === 1 ? row.run_error : row.reason,
    retry_count: Math.max((row.run_attempt ?? 0) - 1, 0),
    next_attempt_at:
      isOver || row.not_before_ms === null || row.not_before_ms === 0
        ? null
        : new Date(row.not_before_ms).toISOString(),
  };
}

/** Text where the bytes are text; the end may have been cut in the middle of a character. */
export function shown(bytes: Uint8Array): { text: string; encoding: 'utf8' | 'base64' } {
  for (let cut = 0; cut <= 3 && cut <= bytes.length; cut += 1) {
    try {
      return { text: utf8.decode(bytes.subarray(0, bytes.length - cut)), encoding: 'utf8' };
    } catch {
      // Tried again with a byte less; then it is no text.
    }
  }
  return { text: Buffer.from(bytes).toString('base64'), encoding: 'base64' };
}

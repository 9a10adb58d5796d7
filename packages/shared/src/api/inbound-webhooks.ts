import { z } from 'zod';
import { IdSchema, TimestampSchema } from '../items/primitives.ts';
import { WebhookMethodSchema } from '../manifest/integration-manifest.ts';
import { ByteStreamSchema, IdParams, integerInRange, Ok } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';

/** What senders issue themselves is taken as it is, so nothing but its length and its characters is asked for. */
const SecretSchema = z
  .string()
  .regex(/^[!-~]+$/, 'expected printable ASCII without spaces')
  .min(8, 'at least 8 characters')
  .max(512, 'at most 512 characters');
const EventsSchema = z
  .array(z.string().min(1, 'expected the name of an event').max(200, 'at most 200 characters'))
  .min(1, 'expected at least one event')
  .max(100, 'at most 100 events')
  .transform((events) => [...new Set(events)]);
const OverlapSchema = z
  .int()
  .min(0, 'expected 0 or more seconds')
  .max(604_800, 'at most 604800 seconds, which is a week')
  .default(86_400);
const WebhookParams = z.strictObject({ id: IdSchema, webhook_id: IdSchema });

/** A place at which a service tells a Connection of what happens there. Its secret is in no answer but that of its making. */
export const InboundWebhookSchema = z.object({
  id: IdSchema,
  tenant_id: IdSchema.optional(),
  connection_id: IdSchema,
  external_service_id: z.string().optional(),
  /** The last four characters, behind dots. */
  secret_redacted: z.string(),
  verification_method: WebhookMethodSchema,
  events: z.array(z.string()),
  disabled: z.boolean(),
  receipt_url: z.string(),
  /** When the secret before this one stops working; absent when there is none. */
  previous_secret_expires_at: TimestampSchema.optional(),
  created_at: TimestampSchema,
  updated_at: TimestampSchema,
});
export type InboundWebhook = z.infer<typeof InboundWebhookSchema>;

/** As it is shown once. */
export const NewInboundWebhookSchema = InboundWebhookSchema.extend({ secret: z.string() });
export type NewInboundWebhook = z.infer<typeof NewInboundWebhookSchema>;

export const CreateInboundWebhookInputSchema = z.strictObject({
  events: EventsSchema,
  external_service_id: z.string().min(1, 'expected an id').max(512, 'at most 512 characters').optional(),
  secret: SecretSchema.optional(),
});
export type CreateInboundWebhookInput = z.output<typeof CreateInboundWebhookInputSchema>;

export const UpdateInboundWebhookInputSchema = z.strictObject({
  disabled: z.boolean().optional(),
  secret: SecretSchema.optional(),
});
export type UpdateInboundWebhookInput = z.output<typeof UpdateInboundWebhookInputSchema>;

/** Both secrets are taken for `overlap_seconds`; 0 ends the former at once. */
export const RotateInboundWebhookInputSchema = z.strictObject({
  secret: SecretSchema.optional(),
  overlap_seconds: OverlapSchema,
});
export type RotateInboundWebhookInput = z.output<typeof RotateInboundWebhookInputSchema>;

export const createInboundWebhook = defineEndpoint({
  method: 'POST',
  path: '/connections/{id}/inbound-webhooks',
  summary: 'Opens a place at which a service can tell a Connection of what happens; its secret is shown once.',
  audience: 'space-admin',
  params: IdParams,
  body: CreateInboundWebhookInputSchema,
  responses: { 201: NewInboundWebhookSchema },
  errors: ['connection_not_found', 'validation_error', 'forbidden'],
});

export const listInboundWebhooks = defineEndpoint({
  method: 'GET',
  path: '/connections/{id}/inbound-webhooks',
  summary: 'Lists the places at which services tell a Connection of what happens.',
  audience: 'space-admin',
  params: IdParams,
  responses: { 200: z.object({ inbound_webhooks: z.array(InboundWebhookSchema) }) },
  errors: ['connection_not_found', 'forbidden'],
});

export const updateInboundWebhook = defineEndpoint({
  method: 'PATCH',
  path: '/connections/{id}/inbound-webhooks/{webhook_id}',
  summary: 'Disables or enables an inbound webhook, or replaces its secret at once.',
  audience: 'space-admin',
  params: WebhookParams,
  body: UpdateInboundWebhookInputSchema,
  responses: { 200: InboundWebhookSchema },
  errors: ['connection_not_found', 'inbound_webhook_not_found', 'validation_error', 'forbidden'],
});

export const rotateInboundWebhook = defineEndpoint({
  method: 'POST',
  path: '/connections/{id}/inbound-webhooks/{webhook_id}/rotate',
  summary: 'Gives an inbound webhook a fresh secret, shown once; the former is taken for a while beside it.',
  audience: 'space-admin',
  params: WebhookParams,
  body: RotateInboundWebhookInputSchema.prefault({}),
  responses: { 200: NewInboundWebhookSchema },
  errors: ['connection_not_found', 'inbound_webhook_not_found', 'validation_error', 'forbidden'],
});

export const deleteInboundWebhook = defineEndpoint({
  method: 'DELETE',
  path: '/connections/{id}/inbound-webhooks/{webhook_id}',
  summary: 'Disables an inbound webhook for good; its receipts stay.',
  audience: 'space-admin',
  params: WebhookParams,
  responses: { 200: Ok },
  errors: ['connection_not_found', 'inbound_webhook_not_found', 'forbidden'],
});

/** What came with a delivery, for a person: the beginning of it, however large it is. */
export const DeliveryPayloadSchema = z.object({
  headers: z.record(z.string(), z.string()),
  /** Of the whole body. */
  size_bytes: z.int().nonnegative(),
  /** `base64` where the body is no UTF-8 text. */
  encoding: z.enum(['utf8', 'base64']),
  /** At most the first 16 KiB. */
  body: z.string(),
  truncated: z.boolean(),
});

/** One receipt, genuine or not. Those that were not genuine are never handled. */
export const InboundDeliverySchema = z.object({
  id: IdSchema,
  inbound_webhook_id: IdSchema.nullable(),
  external_delivery_id: z.string().nullable(),
  received_at: TimestampSchema,
  payload: DeliveryPayloadSchema,
  verified: z.boolean(),
  /** When its handling ended; null while it goes on. */
  processed_at: TimestampSchema.nullable(),
  processing_error: z.string().nullable(),
  retry_count: z.int().nonnegative(),
  next_attempt_at: TimestampSchema.nullable(),
});
export type InboundDelivery = z.infer<typeof InboundDeliverySchema>;

export const listInboundDeliveries = defineEndpoint({
  method: 'GET',
  path: '/connections/{id}/inbound-webhooks/{webhook_id}/deliveries',
  summary: 'Lists what an inbound webhook has received, newest first, genuine or not.',
  audience: 'space-admin',
  params: WebhookParams,
  query: z.strictObject({
    limit: integerInRange(1, 200).prefault('50').describe('The most deliveries.'),
    before: IdSchema.optional().describe('Only those that came before this one.'),
  }),
  responses: { 200: z.object({ deliveries: z.array(InboundDeliverySchema) }) },
  errors: ['connection_not_found', 'inbound_webhook_not_found', 'forbidden'],
});

export const retryInboundDelivery = defineEndpoint({
  method: 'POST',
  path: '/connections/{id}/inbound-webhooks/{webhook_id}/deliveries/{event_id}/retry',
  summary: 'Has a genuine delivery handled again, as it came.',
  audience: 'space-admin',
  params: z.strictObject({ id: IdSchema, webhook_id: IdSchema, event_id: IdSchema }),
  responses: { 200: Ok.extend({ run_id: IdSchema }) },
  errors: [
    'connection_not_found',
    'inbound_webhook_not_found',
    'inbound_webhook_event_not_found',
    'validation_error',
    'conflict',
    'forbidden',
  ],
});

const Received = {
  summary: 'Takes what a service tells a Connection of: verified, kept once, and handled in its turn.',
  audience: 'anyone',
  request: 'bytes',
  body: ByteStreamSchema,
  responses: {
    200: z.union([
      z.object({ ok: z.literal(true), duplicate: z.literal(true) }),
      z.string().describe("The challenge of Slack's `url_verification`, as plain text."),
    ]),
    202: z.object({ ok: z.literal(true), delivery_id: z.string() }),
  },
  errors: [
    'unauthorized',
    'connection_not_found',
    'subscription_disabled',
    'payload_too_large',
    'connection_paused',
    'storage_unavailable',
  ],
} as const;
/** Connection or inbound webhook, whichever the sender was told. */
const ReceiptParams = z.strictObject({ connection_id: z.string() });

export const receiveWebhook = defineEndpoint({
  ...Received,
  method: 'POST',
  path: '/webhooks/inbound/{connection_id}',
  params: ReceiptParams,
  errors: [...Received.errors],
});

export const receiveRuntimeWebhook = defineEndpoint({
  ...Received,
  method: 'POST',
  path: '/runtime/webhook/{connection_id}',
  params: ReceiptParams,
  errors: [...Received.errors],
});

import { z } from 'zod';
import { NamePatternSchema } from '../identifiers/type-identifier.ts';
import { EventNameSchema } from '../items/events.ts';
import { IdSchema, TimestampSchema } from '../items/primitives.ts';
import { IdParams, Ok, PageQuery, pageOf } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';

const UrlSchema = z
  .url({ protocol: /^https?$/, message: 'expected an http or https URL' })
  .max(2048, 'at most 2048 characters');
const EventsSchema = z
  .array(EventNameSchema)
  .min(1, 'expected at least one event')
  .max(50, 'at most 50 events')
  .transform((events) => [...new Set(events)]);
const SecretSchema = z
  .string()
  .regex(/^[!-~]+$/, 'expected printable ASCII without spaces')
  .min(16, 'at least 16 characters')
  .max(256, 'at most 256 characters');

/** Who is told of changes by HTTP. The secret that deliveries are signed with is in no answer but that of its creation. */
export const WebhookSchema = z.object({
  id: IdSchema,
  url: z.string(),
  events: z.array(EventNameSchema),
  type_filter: NamePatternSchema.nullable(),
  active: z.boolean(),
  created_at: TimestampSchema,
  updated_at: TimestampSchema,
});
export type Webhook = z.infer<typeof WebhookSchema>;

export const CreateWebhookInputSchema = z.strictObject({
  url: UrlSchema,
  events: EventsSchema,
  type_filter: NamePatternSchema.optional(),
  secret: SecretSchema.optional(),
  active: z.boolean().default(true),
});
export type CreateWebhookInput = z.output<typeof CreateWebhookInputSchema>;

export const UpdateWebhookInputSchema = z.strictObject({
  url: UrlSchema.optional(),
  events: EventsSchema.optional(),
  type_filter: NamePatternSchema.nullable().optional(),
  secret: SecretSchema.optional(),
  active: z.boolean().optional(),
});
export type UpdateWebhookInput = z.output<typeof UpdateWebhookInputSchema>;

/** One event on its way to one webhook. `next_attempt_at` is null while it is being sent and when nothing more will be tried. */
export const WebhookDeliverySchema = z.object({
  id: IdSchema,
  webhook_id: IdSchema,
  event_id: IdSchema,
  event: EventNameSchema,
  status: z.enum(['pending', 'delivered', 'failed']),
  attempts: z.int(),
  response_status: z.int().nullable(),
  failure: z.string().nullable(),
  created_at: TimestampSchema,
  last_attempt_at: TimestampSchema.nullable(),
  next_attempt_at: TimestampSchema.nullable(),
});
export type WebhookDelivery = z.infer<typeof WebhookDeliverySchema>;

const errors = ['webhook_not_found', 'validation_error', 'forbidden'] as const;

export const createWebhook = defineEndpoint({
  method: 'POST',
  path: '/webhooks',
  summary: 'Has changes of the space sent to a URL. Shows the secret that deliveries are signed with, once.',
  audience: 'space-admin',
  body: CreateWebhookInputSchema,
  responses: { 201: z.object({ webhook: WebhookSchema.extend({ secret: z.string() }) }) },
  errors: ['validation_error', 'forbidden'],
});

export const listWebhooks = defineEndpoint({
  method: 'GET',
  path: '/webhooks',
  summary: 'Lists the webhooks of the space, newest first.',
  audience: 'space-admin',
  query: z.strictObject(PageQuery),
  responses: { 200: pageOf(WebhookSchema) },
  errors: ['validation_error', 'forbidden'],
});

export const getWebhook = defineEndpoint({
  method: 'GET',
  path: '/webhooks/{id}',
  summary: 'Shows one webhook.',
  audience: 'space-admin',
  params: IdParams,
  responses: { 200: z.object({ webhook: WebhookSchema }) },
  errors,
});

export const updateWebhook = defineEndpoint({
  method: 'PATCH',
  path: '/webhooks/{id}',
  summary: 'Changes a webhook. While it is not active nothing is sent; what waits is sent once it is active again.',
  audience: 'space-admin',
  params: IdParams,
  body: UpdateWebhookInputSchema,
  responses: { 200: z.object({ webhook: WebhookSchema }) },
  errors,
});

export const deleteWebhook = defineEndpoint({
  method: 'DELETE',
  path: '/webhooks/{id}',
  summary: 'Removes a webhook; what waits for it is not sent any more.',
  audience: 'space-admin',
  params: IdParams,
  responses: { 200: Ok },
  errors,
});

export const listWebhookDeliveries = defineEndpoint({
  method: 'GET',
  path: '/webhooks/{id}/deliveries',
  summary: 'Lists what was or is to be sent to a webhook, newest first.',
  audience: 'space-admin',
  params: IdParams,
  query: z.strictObject(PageQuery),
  responses: { 200: pageOf(WebhookDeliverySchema) },
  errors,
});

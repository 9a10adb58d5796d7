import { z } from 'zod';
import { IdSchema } from '../items/primitives.ts';
import { CycleSchema } from './cycle.ts';

const common = { integration_name: z.string(), connection_id: IdSchema, tenant_id: IdSchema.optional() };

/** A tick of the Connection's schedule. */
export const ScheduleMessageSchema = z.object({ kind: z.literal('schedule'), ...common, scheduled_for_ms: z.int() });
/** A person or a credential asked for a run. */
export const ManualMessageSchema = z.object({
  kind: z.literal('manual'),
  ...common,
  requested_at_ms: z.int(),
  requested_by: z.string(),
});
/** A verified inbound webhook; `body_base64` holds the exact bytes as received. */
export const WebhookMessageSchema = z.object({
  kind: z.literal('webhook'),
  ...common,
  delivery_id: z.string(),
  headers: z.record(z.string(), z.string()),
  body_base64: z.string(),
  body_url: z.string().optional(),
  verified_at_ms: z.int(),
  /** Somebody asked for it to be handled again: having seen its id before is then no reason to leave it. */
  replayed: z.literal(true).optional(),
});
/** A committed change of an item whose type the connector targets. */
export const ItemEventMessageSchema = z.object({
  kind: z.literal('item-event'),
  ...common,
  event_type: z.enum(['created', 'updated', 'deleted', 'restored', 'state_changed', 'metadata_changed']),
  item_id: IdSchema,
  cycle: CycleSchema,
  payload: z.record(z.string(), z.unknown()),
});

/** What the Connection has registered at its upstream is to be renewed. Secrets are no part of it: a mailbox keeps it. */
export const RenewMessageSchema = z.object({ kind: z.literal('renew'), ...common, requested_at_ms: z.int() });

/** Everything that can wake a connector, as it lies in a Connection's mailbox. */
export const QueueMessageSchema = z.discriminatedUnion('kind', [
  ScheduleMessageSchema,
  ManualMessageSchema,
  WebhookMessageSchema,
  ItemEventMessageSchema,
  RenewMessageSchema,
]);

export type ScheduleMessage = z.infer<typeof ScheduleMessageSchema>;
export type ManualMessage = z.infer<typeof ManualMessageSchema>;
export type WebhookMessage = z.infer<typeof WebhookMessageSchema>;
export type ItemEventMessage = z.infer<typeof ItemEventMessageSchema>;
export type RenewMessage = z.infer<typeof RenewMessageSchema>;
export type QueueMessage = z.infer<typeof QueueMessageSchema>;

/** What a handler answers: done, or not done and whether trying again can help. */
export const HandlerResultSchema = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true) }),
  z.object({
    ok: z.literal(false),
    retry: z.boolean(),
    reason: z.string(),
    retry_after_seconds: z.number().nonnegative().optional(),
  }),
]);
export type HandlerResult = z.infer<typeof HandlerResultSchema>;

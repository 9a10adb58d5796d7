import { z } from 'zod';
import { IdSchema, TimestampSchema } from '../items/primitives.ts';

export const RunStatusSchema = z.enum(['queued', 'running', 'succeeded', 'failed', 'retrying', 'dead', 'skipped']);
export type RunStatus = z.infer<typeof RunStatusSchema>;

export const RunTriggerSchema = z.enum(['schedule', 'webhook', 'item-event', 'manual', 'renew']);
export type RunTrigger = z.infer<typeof RunTriggerSchema>;

/** The record of one message from its arrival to its end; `attempt` counts its deliveries. */
export const RunSchema = z.object({
  id: IdSchema,
  connection_id: IdSchema,
  trigger: RunTriggerSchema,
  status: RunStatusSchema,
  attempt: z.int().nonnegative(),
  queued_at: TimestampSchema,
  started_at: TimestampSchema.nullable(),
  finished_at: TimestampSchema.nullable(),
  error: z.string().optional(),
  items_created: z.int().nonnegative(),
  items_updated: z.int().nonnegative(),
  /** The run whose message this one handles again, at somebody's request. */
  replay_of: IdSchema.optional(),
});
export type Run = z.infer<typeof RunSchema>;

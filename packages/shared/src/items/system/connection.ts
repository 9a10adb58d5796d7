import { z } from 'zod';
import { DirectionSchema, RuntimeTierSchema } from '../../manifest/integration-manifest.ts';
import { TriggerSchema } from '../../manifest/triggers.ts';
import { IdSchema, TimestampSchema } from '../primitives.ts';

export const RuntimeStatusSchema = z.enum(['healthy', 'degraded', 'failing', 'paused', 'reauth_required']);
export type RuntimeStatus = z.infer<typeof RuntimeStatusSchema>;

/** `system.connection`: an approved relation to an outside authority. */
export const ConnectionPropertiesSchema = z.object({
  kind: z.enum(['app', 'integration', 'tenant']),
  status: z.enum(['active', 'revoked']),
  granted_at: TimestampSchema,
  last_used_at: TimestampSchema.optional(),
  revoked_at: TimestampSchema.optional(),
  label: z.string().optional(),
  client_id: z.string().optional(),
  scopes: z.array(z.string()).optional(),
  app_ref: IdSchema.optional(),
  integration_ref: IdSchema.optional(),
  credential_ref: IdSchema.optional(),
  configuration: z.record(z.string(), z.unknown()).optional(),
  direction: DirectionSchema.optional(),
  triggers: z.array(TriggerSchema).optional(),
  runtime_compatibility: z.array(RuntimeTierSchema).optional(),
  runtime_status: RuntimeStatusSchema.optional(),
  last_sync_at: TimestampSchema.optional(),
  next_run_at: TimestampSchema.optional(),
  last_error_at: TimestampSchema.optional(),
  attached_device: IdSchema.optional(),
  feed_activity: z.boolean().optional(),
});
export type ConnectionProperties = z.infer<typeof ConnectionPropertiesSchema>;

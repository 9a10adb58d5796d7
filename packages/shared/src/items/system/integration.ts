import { z } from 'zod';
import { DirectionSchema, type IntegrationManifest, RuntimeTierSchema } from '../../manifest/integration-manifest.ts';
import { IdSchema, TimestampSchema } from '../primitives.ts';

/** `system.integration`: one registered manifest; an item per (name, version), never edited in place. */
export const IntegrationPropertiesSchema = z.object({
  manifest_name: z.string(),
  manifest_version: z.string(),
  publisher: z.string(),
  summary: z.string(),
  direction: DirectionSchema,
  runtime_compatibility: z.array(RuntimeTierSchema),
  registered_at: TimestampSchema,
  manifest: z.custom<IntegrationManifest>((value) => typeof value === 'object' && value !== null),
});
export type IntegrationProperties = z.infer<typeof IntegrationPropertiesSchema>;

export const IntegrationSchema = IntegrationPropertiesSchema.extend({ id: IdSchema });
export type Integration = z.infer<typeof IntegrationSchema>;

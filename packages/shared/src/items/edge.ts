import { z } from 'zod';
import { DottedNameSchema } from '../identifiers/type-identifier.ts';
import { IdSchema, PropertiesSchema, TimestampSchema } from './primitives.ts';

/** A directed, typed relation between two items. */
export const EdgeSchema = z.object({
  id: IdSchema,
  tenant_id: IdSchema.nullable(),
  source_id: IdSchema,
  target_id: IdSchema,
  edge_type: DottedNameSchema,
  properties: PropertiesSchema,
  created_at: TimestampSchema,
  updated_at: TimestampSchema,
});
export type Edge = z.infer<typeof EdgeSchema>;

export const EdgeTypeSchema = z.object({
  id: DottedNameSchema,
  label: z.string().optional(),
  description: z.string().optional(),
  cardinality: z.enum(['one-to-one', 'one-to-many', 'many-to-one', 'many-to-many']),
  cascade_on_delete: z.enum(['cascade', 'orphan', 'block']),
  source_type_constraints: z.array(z.string()),
  target_type_constraints: z.array(z.string()),
  property_schema: z.record(z.string(), z.unknown()),
});
export type EdgeType = z.infer<typeof EdgeTypeSchema>;

import { z } from 'zod';
import { DottedNameSchema, TypeIdentifierSchema } from '../identifiers/type-identifier.ts';
import { IdSchema, PropertiesSchema, TimestampSchema } from './primitives.ts';
import { FieldMapSchema, SchemaDescriptionSchema, SchemaLabelSchema } from './type-schema.ts';

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

const TypeConstraintsSchema = z.array(TypeIdentifierSchema).max(100, 'at most 100 types').default([]);

/**
 * What edges of a type may relate, and what becomes of the targets when a source is deleted: `cascade` deletes them too,
 * `block` refuses while there are any, `orphan` leaves them. Constraints name types, subtypes included; none means any.
 */
export const EdgeTypeSchema = z.strictObject({
  id: DottedNameSchema,
  label: SchemaLabelSchema.optional(),
  description: SchemaDescriptionSchema.optional(),
  cardinality: z.enum(['one-to-one', 'one-to-many', 'many-to-one', 'many-to-many']).default('many-to-many'),
  cascade_on_delete: z.enum(['cascade', 'orphan', 'block']).default('orphan'),
  source_type_constraints: TypeConstraintsSchema,
  target_type_constraints: TypeConstraintsSchema,
  property_schema: FieldMapSchema.default({}),
});
export type EdgeType = z.infer<typeof EdgeTypeSchema>;

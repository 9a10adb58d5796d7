import { z } from 'zod';
import { SemverSchema } from '../identifiers/semver.ts';
import { TypeIdentifierSchema } from '../identifiers/type-identifier.ts';

const FIELD_TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object', 'enum', 'datetime'] as const;
const FIELD_FORMATS = ['url', 'date', 'datetime', 'email', 'bcp47', 'iso3166'] as const;

/** One property of a type. */
export const TypeFieldSchema = z.strictObject({
  type: z.enum(FIELD_TYPES),
  description: z.string().optional(),
  format: z.enum(FIELD_FORMATS).optional(),
  enum_values: z.array(z.string()).min(1).optional(),
  items_type: z.enum(FIELD_TYPES).optional(),
  required: z.boolean().optional(),
  searchable: z.boolean().optional(),
});
export type TypeField = z.infer<typeof TypeFieldSchema>;

/** The schema that an item's `properties` are validated against. Children inherit every field of their parent. */
export const TypeSchemaSchema = z.strictObject({
  id: TypeIdentifierSchema,
  label: z.string().optional(),
  description: z.string().optional(),
  parent: TypeIdentifierSchema.optional(),
  compatible_with: z.array(TypeIdentifierSchema).optional(),
  version: SemverSchema,
  fields: z.record(z.string(), TypeFieldSchema),
  required: z.array(z.string()),
  display_hints: z.strictObject({ title_field: z.string().optional(), body_field: z.string().optional() }).optional(),
});
export type TypeSchema = z.infer<typeof TypeSchemaSchema>;

import { z } from 'zod';
import { SemverSchema } from '../identifiers/semver.ts';
import { TypeIdentifierSchema } from '../identifiers/type-identifier.ts';
import { WELL_FORMED } from './primitives.ts';

const FIELD_TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object', 'enum', 'datetime'] as const;
const FIELD_FORMATS = ['url', 'date', 'datetime', 'email', 'bcp47', 'iso3166'] as const;

/** Most fields a type declares itself. */
const MAX_FIELDS = 200;
const MAX_ENUM_VALUES = 500;
/** Largest type schema that can be registered, in bytes of JSON. */
export const MAX_TYPE_SCHEMA_BYTES = 64 * 1024;

const text = (max: number) =>
  z.string().regex(WELL_FORMED, 'expected well-formed Unicode').max(max, `at most ${max} characters`);
export const SchemaLabelSchema = text(200);
export const SchemaDescriptionSchema = text(2000);

/** The name of a property that a schema declares. Starts with a letter, so that no name means anything to a language. */
export const FieldNameSchema = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_-]{0,99}$/, 'expected a name such as due_at: letters, digits, _ and -, at most 100');

/** One property of a type. */
export const TypeFieldSchema = z
  .strictObject({
    type: z.enum(FIELD_TYPES),
    description: SchemaDescriptionSchema.optional(),
    format: z.enum(FIELD_FORMATS).optional(),
    enum_values: z
      .array(text(200))
      .min(1, 'expected at least one value')
      .max(MAX_ENUM_VALUES, `at most ${MAX_ENUM_VALUES} values`)
      .refine((values) => new Set(values).size === values.length, 'expected each value once')
      .optional(),
    items_type: z.enum(FIELD_TYPES).exclude(['enum']).optional(),
    required: z.boolean().optional(),
    searchable: z.boolean().optional(),
  })
  .superRefine((field, context) => {
    const fault = (path: string, message: string) => context.addIssue({ code: 'custom', path: [path], message });
    if (field.type === 'enum' && !field.enum_values) fault('enum_values', 'an enum needs its values');
    if (field.type !== 'enum' && field.enum_values) fault('enum_values', 'only an enum has values');
    if (field.type !== 'array' && field.items_type) fault('items_type', 'only an array has items');
    if (field.type !== 'string' && field.format) fault('format', 'only a string has a format');
  });
export type TypeField = z.infer<typeof TypeFieldSchema>;

/** Properties by name, in the field language that types and edge types share. */
export const FieldMapSchema = z
  .record(FieldNameSchema, TypeFieldSchema)
  .refine((fields) => Object.keys(fields).length <= MAX_FIELDS, `at most ${MAX_FIELDS} fields`);
export type FieldMap = z.infer<typeof FieldMapSchema>;

/** What becomes of a field that two sides changed. */
export const MergePolicySchema = z.enum(['last_writer_wins', 'keep_both_copies']);
export type MergePolicy = z.infer<typeof MergePolicySchema>;

/** The schema that an item's `properties` are validated against. Children inherit every field of their parent. */
export const TypeSchemaSchema = z.strictObject({
  id: TypeIdentifierSchema,
  label: SchemaLabelSchema.optional(),
  description: SchemaDescriptionSchema.optional(),
  parent: TypeIdentifierSchema.optional(),
  compatible_with: z.array(TypeIdentifierSchema).max(50, 'at most 50 types').optional(),
  version: SemverSchema,
  fields: FieldMapSchema,
  required: z.array(FieldNameSchema).max(MAX_FIELDS, `at most ${MAX_FIELDS} names`).default([]),
  display_hints: z
    .strictObject({ title_field: FieldNameSchema.optional(), body_field: FieldNameSchema.optional() })
    .optional(),
  merge_policy: z
    .strictObject({
      fields: z.record(FieldNameSchema, MergePolicySchema).default({}),
      default: MergePolicySchema.default('last_writer_wins'),
    })
    .optional(),
});
export type TypeSchema = z.infer<typeof TypeSchemaSchema>;

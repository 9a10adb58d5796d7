import { z } from 'zod';
import { DottedNameSchema, TypeIdentifierSchema } from '../identifiers/type-identifier.ts';
import { EdgeSchema } from './edge.ts';
import {
  IdSchema,
  PropertiesSchema,
  StateSchema,
  TagSchema,
  TierSchema,
  TimestampSchema,
  WELL_FORMED,
} from './primitives.ts';

/** One record of a space. `edges` and `extensions` are present only when asked for. */
export const ItemSchema = z.object({
  id: IdSchema,
  type: TypeIdentifierSchema,
  properties: PropertiesSchema,
  state: StateSchema,
  tier: TierSchema.optional(),
  tenant_id: IdSchema.nullable(),
  version: z.int(),
  schema_version: z.string(),
  source: z.string(),
  source_id: z.string().optional(),
  device: z.string().optional(),
  capture_latitude: z.number().optional(),
  capture_longitude: z.number().optional(),
  timestamp: TimestampSchema,
  created_at: TimestampSchema,
  updated_at: TimestampSchema,
  edges: z
    .record(
      DottedNameSchema,
      z.object({ edges: z.array(EdgeSchema), has_more: z.boolean(), next_cursor: z.string().optional() }),
    )
    .optional(),
  extensions: z.record(DottedNameSchema, PropertiesSchema).optional(),
});
export type Item = z.infer<typeof ItemSchema>;

/** What stands beside an item: tags and the extensions the caller may read. */
export const ItemMetadataSchema = z.object({
  item_id: IdSchema,
  tags: z.array(z.string()),
  extensions: z.record(z.string(), PropertiesSchema),
});
export type ItemMetadata = z.infer<typeof ItemMetadataSchema>;

export const ItemEnvelopeSchema = z.object({ item: ItemSchema, metadata: ItemMetadataSchema });
export type ItemEnvelope = z.infer<typeof ItemEnvelopeSchema>;

/** Outbound edges of an item, by edge type: the target items' ids. */
export const EdgeBlockSchema = z.record(DottedNameSchema, z.array(IdSchema).max(1000, 'at most 1000 targets'));

/** What creating an item takes; connectors always give `source_id`. */
export const CreateItemInputSchema = z.strictObject({
  type: TypeIdentifierSchema,
  properties: PropertiesSchema.default({}).describe(
    'What the type declares; other properties are kept as well, unless the space is strict about the type.',
  ),
  id: IdSchema.optional().describe('Your own UUID; left out, the server makes one.'),
  state: z.enum(['active', 'archived', 'trashed']).optional(),
  timestamp: TimestampSchema.optional().describe('When it happened; left out, the time of creation.'),
  source_id: z
    .string()
    .min(1, 'expected at least one character')
    .regex(WELL_FORMED, 'expected well-formed Unicode')
    .max(1024, 'at most 1024 characters')
    .optional()
    .describe('The stable id that the source has for it: an item of the same source and source_id is updated instead.'),
  tier: TierSchema.optional().describe(
    '`library` for what is kept on purpose, `feed` for what arrives in volume; left out, the default of the credential.',
  ),
  device: z.string().min(1).max(200).optional(),
  capture_latitude: z.number().min(-90).max(90).optional(),
  capture_longitude: z.number().min(-180).max(180).optional(),
  tags: z.array(TagSchema).max(200, 'at most 200 tags').optional(),
  edges: EdgeBlockSchema.optional().describe('Outbound edges to make with it: target ids by edge type.'),
});
export type CreateItemInput = z.input<typeof CreateItemInputSchema>;

export const UpdateItemInputSchema = z.strictObject({
  properties: PropertiesSchema.optional().describe('Merged into those that are there; `null` removes one.'),
  version: z
    .int()
    .positive()
    .max(2_147_483_647)
    .optional()
    .describe('The version that the change was made from; when the item has moved on, `version_conflict` says where.'),
  snapshot: z.boolean().optional(),
  tier: TierSchema.optional(),
  timestamp: TimestampSchema.optional(),
  edges: EdgeBlockSchema.optional().describe('Replaces all outbound edges of each edge type it names; others stay.'),
});
export type UpdateItemInput = z.input<typeof UpdateItemInputSchema>;

/** The fields of an item that a type may not declare as properties. */
export const RESERVED_ITEM_FIELDS = Object.keys(ItemSchema.shape);

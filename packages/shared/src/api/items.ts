import { z } from 'zod';
import { DottedNameSchema, TypeIdentifierSchema } from '../identifiers/type-identifier.ts';
import {
  CreateItemInputSchema,
  ItemEnvelopeSchema,
  ItemMetadataSchema,
  ItemSchema,
  UpdateItemInputSchema,
} from '../items/item.ts';
import { IdSchema, PropertiesSchema, StateSchema, TagSchema, TimestampSchema } from '../items/primitives.ts';
import { commaList, IdParams, Ok, PageQuery, pageOf } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';

const writeErrors = [
  'validation_error',
  // Of edges in the item as well: of their other end, and of their type.
  'item_not_found',
  'type_not_found',
  'forbidden',
  'invalid_type',
  'invalid_properties',
  'type_not_permitted',
  'edge_permission_denied',
  'edge_constraint_violation',
  'edge_cycle',
] as const;

export const createItem = defineEndpoint({
  method: 'POST',
  path: '/items',
  summary: 'Creates an item, or updates the live item with the same (source, source_id).',
  body: CreateItemInputSchema,
  responses: { 201: ItemEnvelopeSchema, 200: ItemEnvelopeSchema },
  errors: [...writeErrors, 'conflict', 'type_mismatch'],
});

/** A condition on items, such as `properties.severity eq "high" and version gt 1`. */
export const FilterSchema = z.string().min(1, 'expected a condition').max(4000, 'at most 4000 characters');

const itemSelection = {
  type: TypeIdentifierSchema.optional().describe('Items of this type and its subtypes.'),
  state: StateSchema.default('active'),
  source: z.string().max(200).optional().describe('Items that this source has written.'),
  tier: z.enum(['library', 'feed', 'all']).default('all'),
  tags: commaList(TagSchema, 20).optional().describe('Items that have all of these tags.'),
  filter: FilterSchema.optional().describe('A condition, such as `properties.rating gte 4 and state eq "active"`.'),
};

export const ListItemsQuerySchema = z.strictObject({
  ...itemSelection,
  sort: z.enum(['created_at', 'updated_at', 'timestamp']).default('created_at'),
  direction: z.enum(['asc', 'desc']).default('desc'),
  since: TimestampSchema.optional().describe('From this time on, by the time that is sorted by.'),
  until: TimestampSchema.optional().describe('Until this time, by the time that is sorted by.'),
  include: commaList(z.enum(['edges', 'metadata', 'extensions']), 3)
    .optional()
    .describe('What to bring along.'),
  ...PageQuery,
});
export type ListItemsQuery = z.output<typeof ListItemsQuerySchema>;

export const ListItemsRowSchema = z.union([
  z.object({ item: ItemSchema, metadata: ItemMetadataSchema.optional() }),
  ItemSchema,
]);

export const listItems = defineEndpoint({
  method: 'GET',
  path: '/items',
  summary: 'Lists items the caller may read; a type matches its subtypes. With include, each row is {item, metadata?}.',
  query: ListItemsQuerySchema,
  responses: { 200: pageOf(ListItemsRowSchema) },
  errors: ['validation_error', 'forbidden'],
});

export const SearchItemsQuerySchema = z.strictObject({
  q: z
    .string()
    .max(500, 'at most 500 characters')
    .regex(/[\p{L}\p{N}]/u, 'expected at least one letter or digit'),
  ...itemSelection,
  since: TimestampSchema.optional(),
  until: TimestampSchema.optional(),
  include: commaList(z.enum(['edges', 'metadata', 'extensions']), 3)
    .optional()
    .describe('What to bring along.'),
  ...PageQuery,
});
export type SearchItemsQuery = z.output<typeof SearchItemsQuerySchema>;

export const searchItems = defineEndpoint({
  method: 'GET',
  path: '/search',
  summary:
    'Finds items by the words of their searchable texts, newest first. Every word must be there; the last may go on.',
  query: SearchItemsQuerySchema,
  responses: { 200: pageOf(ListItemsRowSchema) },
  errors: ['validation_error', 'forbidden'],
});

export const getItem = defineEndpoint({
  method: 'GET',
  path: '/items/{id}',
  summary: 'Shows one item with its metadata.',
  params: IdParams,
  query: z.strictObject({
    include: commaList(z.enum(['edges', 'metadata', 'extensions']), 3)
      .optional()
      .describe('What to bring along.'),
  }),
  responses: { 200: ItemEnvelopeSchema },
  errors: ['item_not_found', 'type_not_permitted'],
});

export const updateItem = defineEndpoint({
  method: 'PATCH',
  path: '/items/{id}',
  summary: 'Merges properties into an item; a null value removes the property. With version, refuses a stale update.',
  params: IdParams,
  body: UpdateItemInputSchema,
  responses: { 200: ItemEnvelopeSchema },
  errors: [...writeErrors, 'version_conflict'],
});

export const deleteItem = defineEndpoint({
  method: 'DELETE',
  path: '/items/{id}',
  summary: 'Moves an item to the trash.',
  params: IdParams,
  responses: { 200: Ok },
  errors: ['item_not_found', 'type_not_permitted', 'invalid_transition', 'forbidden', 'conflict'],
});

export const purgeItem = defineEndpoint({
  method: 'DELETE',
  path: '/items/{id}/purge',
  summary: 'Removes an item for good, with its edges, tags, extensions and versions, whatever its state.',
  audience: 'space-admin',
  params: IdParams,
  responses: { 200: Ok },
  errors: ['item_not_found', 'type_not_permitted', 'forbidden', 'conflict'],
});

export const ItemVersionSchema = z.object({
  id: z.string(),
  item_id: IdSchema,
  version: z.int(),
  properties: PropertiesSchema,
  created_at: TimestampSchema,
  device: z.string().optional(),
});
export type ItemVersion = z.infer<typeof ItemVersionSchema>;

export const listItemVersions = defineEndpoint({
  method: 'GET',
  path: '/items/{id}/versions',
  summary: 'Shows what an item was before each of its changes, newest first.',
  params: IdParams,
  query: z.strictObject(PageQuery),
  responses: {
    200: z.object({ versions: z.array(ItemVersionSchema), cursor: z.string().nullable(), has_more: z.boolean() }),
  },
  errors: ['validation_error', 'item_not_found', 'type_not_permitted'],
});

export const restoreItem = defineEndpoint({
  method: 'POST',
  path: '/items/{id}/restore',
  summary: 'Makes an archived or trashed item active again.',
  params: IdParams,
  responses: { 200: ItemEnvelopeSchema },
  errors: ['item_not_found', 'type_not_permitted', 'invalid_transition', 'forbidden', 'conflict'],
});

export const transitionItem = defineEndpoint({
  method: 'POST',
  path: '/items/{id}/transition',
  summary: 'Moves an item to another state.',
  params: IdParams,
  body: z.strictObject({ state: StateSchema }),
  responses: { 200: ItemEnvelopeSchema },
  errors: ['item_not_found', 'type_not_permitted', 'invalid_transition', 'forbidden', 'conflict'],
});

const Tags = z.strictObject({
  tags: z.array(TagSchema).min(1, 'expected at least one tag').max(200, 'at most 200 tags'),
});
const metadataResponse = { 200: z.object({ metadata: ItemMetadataSchema }) };
const metadataErrors = ['item_not_found', 'type_not_permitted', 'forbidden', 'validation_error'] as const;

export const getItemMetadata = defineEndpoint({
  method: 'GET',
  path: '/items/{id}/metadata',
  summary: 'Shows the tags and readable extensions of an item.',
  params: IdParams,
  responses: metadataResponse,
  errors: metadataErrors,
});

export const putItemMetadata = defineEndpoint({
  method: 'PUT',
  path: '/items/{id}/metadata',
  summary: 'Makes the tags of an item exactly these.',
  params: IdParams,
  body: z.strictObject({ tags: z.array(TagSchema).max(200, 'at most 200 tags') }),
  responses: metadataResponse,
  errors: metadataErrors,
});

export const patchItemMetadata = defineEndpoint({
  method: 'PATCH',
  path: '/items/{id}/metadata',
  summary: 'Adds tags to an item; those it has stay.',
  params: IdParams,
  body: Tags,
  responses: metadataResponse,
  errors: metadataErrors,
});

export const addItemTags = defineEndpoint({
  method: 'POST',
  path: '/items/{id}/tags',
  summary: 'Adds tags to an item.',
  params: IdParams,
  body: Tags,
  responses: metadataResponse,
  errors: metadataErrors,
});

export const removeItemTag = defineEndpoint({
  method: 'DELETE',
  path: '/items/{id}/tags/{tag}',
  summary: 'Removes a tag from an item; removing an absent tag is no error.',
  params: z.strictObject({ id: IdSchema, tag: z.string().min(1).max(200) }),
  responses: metadataResponse,
  errors: metadataErrors,
});

const NamespaceParams = z.strictObject({ id: IdSchema, namespace: DottedNameSchema });
const extensionErrors = [
  'item_not_found',
  'forbidden',
  'type_not_permitted',
  'extension_permission_denied',
  'payload_too_large',
] as const;

/** The largest extension that a public PUT accepts, in bytes of JSON. */
export const MAX_EXTENSION_BYTES = 100 * 1024;

export const listItemExtensions = defineEndpoint({
  method: 'GET',
  path: '/items/{id}/extensions',
  summary: 'Shows the extensions of an item that the caller may read.',
  params: IdParams,
  responses: { 200: z.object({ extensions: z.record(z.string(), PropertiesSchema) }) },
  errors: extensionErrors,
});

export const getItemExtension = defineEndpoint({
  method: 'GET',
  path: '/items/{id}/extensions/{namespace}',
  summary: 'Shows one extension of an item; null when it has none.',
  params: NamespaceParams,
  responses: { 200: z.object({ namespace: z.string(), data: PropertiesSchema.nullable() }) },
  errors: extensionErrors,
});

export const putItemExtension = defineEndpoint({
  method: 'PUT',
  path: '/items/{id}/extensions/{namespace}',
  summary: 'Replaces one extension of an item; the body is the object itself.',
  params: NamespaceParams,
  body: PropertiesSchema,
  responses: { 200: z.object({ extensions: z.record(z.string(), PropertiesSchema) }) },
  errors: extensionErrors,
});

export const deleteItemExtension = defineEndpoint({
  method: 'DELETE',
  path: '/items/{id}/extensions/{namespace}',
  summary: 'Removes one extension of an item; removing an absent one is no error.',
  params: NamespaceParams,
  responses: { 200: z.object({ extensions: z.record(z.string(), PropertiesSchema) }) },
  errors: extensionErrors,
});

/** The most items one bulk call takes, and the most bytes of its JSON. */
export const MAX_BULK_ITEMS = 5000;
export const MAX_BULK_BYTES = 16 * 1024 * 1024;

export const BulkItemsInputSchema = z.strictObject({
  items: z.array(CreateItemInputSchema).min(1, 'expected at least one item'),
  mode: z.enum(['upsert', 'create_only']),
  atomic: z.boolean().default(true),
  emit_events: z.boolean().default(false),
});
export type BulkItemsInput = z.output<typeof BulkItemsInputSchema>;

export const BulkResultSchema = z.object({
  counts: z.object({ created: z.int(), updated: z.int(), skipped: z.int(), errored: z.int() }),
  results: z.array(
    z.object({
      index: z.int(),
      outcome: z.enum(['created', 'updated', 'skipped', 'errored']),
      id: z.string().optional(),
      reason: z.string().optional(),
      error: z.object({ code: z.string(), message: z.string() }).optional(),
    }),
  ),
});
export type BulkResult = z.infer<typeof BulkResultSchema>;

export const bulkItems = defineEndpoint({
  method: 'POST',
  path: '/items/bulk',
  summary: 'Creates or upserts many items. Atomic: all or none; else each on its own. Unchanged items are skipped.',
  body: BulkItemsInputSchema,
  maxBodyBytes: MAX_BULK_BYTES,
  responses: { 200: BulkResultSchema },
  errors: [...writeErrors, 'bulk_cap_exceeded'],
});

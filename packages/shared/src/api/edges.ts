import { z } from 'zod';
import { DottedNameSchema } from '../identifiers/type-identifier.ts';
import { EdgeSchema } from '../items/edge.ts';
import { IdSchema, PropertiesSchema } from '../items/primitives.ts';
import { commaList, IdParams, integerInRange, Ok, PageQuery, pageOf } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';
import { BulkResultSchema, MAX_BULK_BYTES } from './items.ts';

const EdgePageQuery = z.strictObject({
  edge_type: DottedNameSchema.optional(),
  ...PageQuery,
  limit: integerInRange(1, 500).prefault('50'),
});

export const listItemEdges = defineEndpoint({
  method: 'GET',
  path: '/items/{id}/edges',
  summary: 'Lists the outbound edges of an item.',
  params: IdParams,
  query: EdgePageQuery,
  responses: { 200: pageOf(EdgeSchema) },
  errors: ['item_not_found', 'type_not_permitted'],
});

export const listItemBackrefs = defineEndpoint({
  method: 'GET',
  path: '/items/{id}/backrefs',
  summary: 'Lists the inbound edges of an item.',
  params: IdParams,
  query: EdgePageQuery,
  responses: { 200: pageOf(EdgeSchema) },
  errors: ['item_not_found', 'type_not_permitted'],
});

export const CreateEdgeInputSchema = z.strictObject({
  source_id: IdSchema,
  target_id: IdSchema,
  edge_type: DottedNameSchema,
  properties: PropertiesSchema.default({}),
});
export type CreateEdgeInput = z.input<typeof CreateEdgeInputSchema>;

const edgeWriteErrors = [
  'edge_permission_denied',
  'edge_constraint_violation',
  'edge_cycle',
  'invalid_properties',
] as const;

export const createEdge = defineEndpoint({
  method: 'POST',
  path: '/edges',
  summary: 'Relates two items.',
  body: CreateEdgeInputSchema,
  responses: { 201: z.object({ edge: EdgeSchema }) },
  errors: ['item_not_found', 'type_not_found', ...edgeWriteErrors],
});

export const listEdges = defineEndpoint({
  method: 'GET',
  path: '/edges',
  summary: 'Lists the edges of the space whose type and both ends the caller may read, oldest first.',
  query: z.strictObject({
    edge_type: commaList(DottedNameSchema, 10).optional(),
    ...PageQuery,
    limit: integerInRange(1, 500).prefault('50'),
  }),
  responses: { 200: pageOf(EdgeSchema) },
  errors: ['validation_error'],
});

export const updateEdge = defineEndpoint({
  method: 'PATCH',
  path: '/edges/{id}',
  summary: 'Merges properties into an edge; a null value removes the property.',
  params: IdParams,
  body: z.strictObject({ properties: PropertiesSchema }),
  responses: { 200: z.object({ edge: EdgeSchema }) },
  errors: ['edge_not_found', 'edge_permission_denied', 'invalid_properties'],
});

/** The most edges one bulk call takes. */
export const MAX_BULK_EDGES = 5000;

export const BulkEdgesInputSchema = z.strictObject({
  edges: z.array(CreateEdgeInputSchema).min(1, 'expected at least one edge'),
  mode: z.enum(['upsert', 'create_only']),
  atomic: z.boolean().default(true),
  emit_events: z.boolean().default(false),
});
export type BulkEdgesInput = z.output<typeof BulkEdgesInputSchema>;

export const bulkEdges = defineEndpoint({
  method: 'POST',
  path: '/edges/bulk',
  summary:
    'Relates many items; an edge with the same source, target and type is updated. Atomic: all or none; else each on its own.',
  body: BulkEdgesInputSchema,
  maxBodyBytes: MAX_BULK_BYTES,
  responses: { 200: BulkResultSchema },
  errors: [...edgeWriteErrors, 'item_not_found', 'type_not_found', 'bulk_cap_exceeded'],
});

export const deleteEdge = defineEndpoint({
  method: 'DELETE',
  path: '/edges/{id}',
  summary: 'Removes an edge.',
  params: IdParams,
  responses: { 200: Ok },
  errors: ['edge_not_found', 'edge_permission_denied'],
});

import { z } from 'zod';
import { DottedNameSchema } from '../identifiers/type-identifier.ts';
import { EdgeSchema } from '../items/edge.ts';
import { IdSchema, PropertiesSchema } from '../items/primitives.ts';
import { IdParams, integerInRange, Ok, PageQuery, pageOf } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';

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

export const createEdge = defineEndpoint({
  method: 'POST',
  path: '/edges',
  summary: 'Relates two items.',
  body: CreateEdgeInputSchema,
  responses: { 201: z.object({ edge: EdgeSchema }) },
  errors: ['item_not_found', 'type_not_found', 'edge_permission_denied', 'edge_constraint_violation', 'edge_cycle'],
});

export const deleteEdge = defineEndpoint({
  method: 'DELETE',
  path: '/edges/{id}',
  summary: 'Removes an edge.',
  params: IdParams,
  responses: { 200: Ok },
  errors: ['edge_not_found', 'edge_permission_denied'],
});

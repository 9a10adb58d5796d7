import { z } from 'zod';
import { EdgeTypeSchema } from '../items/edge.ts';
import { TypeSchemaSchema } from '../items/type-schema.ts';
import { defineEndpoint } from './define-endpoint.ts';

export const listTypes = defineEndpoint({
  method: 'GET',
  path: '/types',
  summary: 'Lists the types the caller may read.',
  responses: { 200: z.array(TypeSchemaSchema) },
});

export const getType = defineEndpoint({
  method: 'GET',
  path: '/types/{id}',
  summary: 'Shows one type.',
  params: z.strictObject({ id: z.string().max(200) }),
  responses: { 200: TypeSchemaSchema },
  errors: ['type_not_found'],
});

export const listEdgeTypes = defineEndpoint({
  method: 'GET',
  path: '/edges/types',
  summary: 'Lists the edge types of the space.',
  responses: { 200: z.array(EdgeTypeSchema) },
});

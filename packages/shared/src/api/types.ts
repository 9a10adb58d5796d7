import { z } from 'zod';
import { EdgeTypeSchema } from '../items/edge.ts';
import { TypeSchemaSchema } from '../items/type-schema.ts';
import { judgedLater, Ok } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';

const TypeParams = z.strictObject({ id: z.string().max(200) });

const typeErrors = [
  'invalid_schema',
  'property_shadows_field',
  'reserved_namespace',
  'inheritance_violation',
  'payload_too_large',
  'forbidden',
] as const;

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
  params: TypeParams,
  responses: { 200: TypeSchemaSchema },
  errors: ['type_not_found'],
});

export const createType = defineEndpoint({
  method: 'POST',
  path: '/types',
  summary: 'Registers a type of the space. Needs write on the metadata types, or an admin.',
  body: judgedLater(TypeSchemaSchema),
  responses: { 201: z.object({ type: TypeSchemaSchema }) },
  errors: [...typeErrors, 'conflict', 'quota_exceeded'],
});

export const updateType = defineEndpoint({
  method: 'PUT',
  path: '/types/{id}',
  summary: 'Replaces a type of the space; its version has to rise as far as the change reaches.',
  audience: 'space-admin',
  params: TypeParams,
  body: judgedLater(TypeSchemaSchema),
  responses: { 200: z.object({ type: TypeSchemaSchema }) },
  errors: [...typeErrors, 'type_not_found', 'core_type_immutable', 'version_bump_mismatch'],
});

export const deleteType = defineEndpoint({
  method: 'DELETE',
  path: '/types/{id}',
  summary: 'Removes a type of the space that nothing uses any more.',
  audience: 'space-admin',
  params: TypeParams,
  responses: { 200: Ok },
  errors: ['type_not_found', 'core_type_immutable', 'conflict', 'forbidden'],
});

export const listEdgeTypes = defineEndpoint({
  method: 'GET',
  path: '/edges/types',
  summary: 'Lists the edge types of the space.',
  responses: { 200: z.array(EdgeTypeSchema) },
});

export const createEdgeType = defineEndpoint({
  method: 'POST',
  path: '/edges/types',
  summary: 'Registers an edge type of the space. Needs write on the metadata types, or an admin.',
  body: judgedLater(EdgeTypeSchema),
  responses: { 201: z.object({ edge_type: EdgeTypeSchema }) },
  errors: [
    'invalid_schema',
    'invalid_type',
    'reserved_namespace',
    'conflict',
    'payload_too_large',
    'quota_exceeded',
    'forbidden',
  ],
});

export const deleteEdgeType = defineEndpoint({
  method: 'DELETE',
  path: '/edges/types/{id}',
  summary: 'Removes an edge type of the space that no edge has any more.',
  params: TypeParams,
  responses: { 200: Ok },
  errors: ['type_not_found', 'core_type_immutable', 'conflict', 'forbidden'],
});

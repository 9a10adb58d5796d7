import { z } from 'zod';
import { IdSchema, TierSchema, TimestampSchema } from '../items/primitives.ts';
import { AxisPermissionsSchema, RoleSchema, TypePermissionsSchema } from '../permissions/permission-maps.ts';
import { commaList, IdParams, Ok } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';

const maps = {
  type_permissions: TypePermissionsSchema.default({}).describe(
    'By type: an exact name, `x.*` or `*`; the most specific one decides. Reads reach subtypes, writes do not.',
  ),
  extension_permissions: AxisPermissionsSchema.default({}),
  edge_permissions: AxisPermissionsSchema.default({}),
  metadata_permissions: AxisPermissionsSchema.default({}),
};
const LabelSchema = z.string().min(1, 'expected a label').max(200, 'at most 200 characters');

export const CreateKeyInputSchema = z.strictObject({
  label: LabelSchema,
  source: z.string().min(1, 'expected the name stamped onto what this key writes').max(200, 'at most 200 characters'),
  role: RoleSchema.default('member').describe(
    '`member` may do what its four maps allow; the others bypass them, `tenant_admin` in its space alone.',
  ),
  default_tier: TierSchema.default('library').describe('The tier of items that are written without one.'),
  is_platform: z
    .boolean()
    .default(false)
    .describe('For the server that runs integrations; platform callers alone may ask for it.'),
  ...maps,
});
export type CreateKeyInput = z.output<typeof CreateKeyInputSchema>;

/** A key as it is shown after its creation: without the secret. */
export const KeySchema = z.object({
  id: IdSchema,
  label: z.string(),
  source: z.string(),
  role: RoleSchema,
  default_tier: TierSchema,
  is_platform: z.boolean(),
  type_permissions: TypePermissionsSchema,
  extension_permissions: AxisPermissionsSchema,
  edge_permissions: AxisPermissionsSchema,
  metadata_permissions: AxisPermissionsSchema,
  created_at: TimestampSchema,
  last_used_at: TimestampSchema.nullable(),
});
export type Key = z.infer<typeof KeySchema>;
export const CreatedKeySchema = KeySchema.extend({ key: z.string() });

export const UpdateKeyInputSchema = z.strictObject({
  label: LabelSchema.optional(),
  default_tier: TierSchema.optional(),
  type_permissions: TypePermissionsSchema.optional(),
  extension_permissions: AxisPermissionsSchema.optional(),
  edge_permissions: AxisPermissionsSchema.optional(),
  metadata_permissions: AxisPermissionsSchema.optional(),
});
export type UpdateKeyInput = z.output<typeof UpdateKeyInputSchema>;

export const createKey = defineEndpoint({
  method: 'POST',
  path: '/keys',
  summary:
    'Creates a key and shows it once. The first call on a fresh server needs no credential and makes an admin key.',
  audience: 'anyone',
  body: CreateKeyInputSchema,
  responses: { 201: CreatedKeySchema },
  errors: ['unauthorized', 'forbidden', 'conflict', 'validation_error'],
});

export const listKeys = defineEndpoint({
  method: 'GET',
  path: '/keys',
  summary: 'Lists the keys of the space.',
  audience: 'space-admin',
  query: z.strictObject({
    include: commaList(z.enum(['runtime']), 1)
      .optional()
      .describe('`runtime` brings along the short-lived credentials that Connections run with.'),
  }),
  responses: { 200: z.object({ keys: z.array(KeySchema) }) },
});

export const getKey = defineEndpoint({
  method: 'GET',
  path: '/keys/{id}',
  summary: 'Shows one key, without its secret.',
  audience: 'space-admin',
  params: IdParams,
  responses: { 200: KeySchema },
  errors: ['not_found'],
});

export const updateKey = defineEndpoint({
  method: 'PATCH',
  path: '/keys/{id}',
  summary: 'Changes a label, the default tier or the permissions of a key.',
  audience: 'space-admin',
  params: IdParams,
  body: UpdateKeyInputSchema,
  responses: { 200: KeySchema },
  errors: ['not_found', 'forbidden', 'validation_error'],
});

export const revokeKey = defineEndpoint({
  method: 'DELETE',
  path: '/keys/{id}',
  summary: 'Revokes a key at once; its next use answers 401.',
  audience: 'space-admin',
  params: IdParams,
  responses: { 200: Ok },
  errors: ['not_found'],
});

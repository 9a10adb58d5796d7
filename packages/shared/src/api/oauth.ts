import { z } from 'zod';
import { IdSchema, TimestampSchema } from '../items/primitives.ts';
import { parseScope } from '../permissions/parse-scope.ts';
import { AxisPermissionsSchema } from '../permissions/permission-maps.ts';
import { IdParams, Ok } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';

/** What a person lets an app do. */
export const GrantSchema = z.object({
  id: IdSchema.describe('Also the id of its `system.connection` item.'),
  client_id: z.string(),
  client_name: z.string().nullable(),
  scopes: z.array(z.string()),
  granted_at: TimestampSchema,
  last_used_at: TimestampSchema.nullable(),
  status: z.enum(['active', 'revoked']),
});
export type GrantRow = z.infer<typeof GrantSchema>;

const WHOSE =
  "With a browser session, or a key that a person acts with: that person's. With another admin key: those of its space.";

export const listGrants = defineEndpoint({
  method: 'GET',
  path: '/auth/grants',
  summary: `Lists the apps that have access. ${WHOSE}`,
  audience: 'anyone',
  responses: { 200: z.object({ grants: z.array(GrantSchema) }) },
  errors: ['unauthorized', 'forbidden'],
});

export const getGrant = defineEndpoint({
  method: 'GET',
  path: '/auth/grants/{id}',
  summary: `Shows what one app may do. ${WHOSE}`,
  audience: 'anyone',
  params: IdParams,
  responses: { 200: GrantSchema },
  errors: ['unauthorized', 'forbidden', 'not_found'],
});

export const revokeGrant = defineEndpoint({
  method: 'DELETE',
  path: '/auth/grants/{id}',
  summary: "Ends an app's access at once: all of its tokens are dead on the next request.",
  audience: 'anyone',
  params: IdParams,
  responses: { 200: Ok },
  errors: ['unauthorized', 'forbidden', 'not_found'],
});

const name = () => z.string().trim().min(1, 'expected a name').max(200, 'at most 200 characters');
const redirects = () => z.array(z.string().min(1).max(2048, 'at most 2048 characters')).max(20, 'at most 20 addresses');
const scopes = () =>
  z
    .array(z.string().refine((scope) => parseScope(scope) !== null, 'expected a scope such as core.note:read'))
    .max(100, 'at most 100 scopes');
const ClientParams = z.strictObject({ client_id: z.string().min(1).max(200) });

export const CreateClientInputSchema = z.strictObject({
  name: name(),
  redirect_uris: redirects()
    .default([])
    .describe('https, http on loopback (any port), or a private-use scheme; needed for authorization_code.'),
  type: z
    .enum(['public', 'confidential'])
    .default('confidential')
    .describe('A confidential client gets a secret; a public one, on a device or in a browser, could not keep it.'),
  scopes: scopes()
    .default([])
    .describe(
      'The most that the client may ask for; patterns cover what they match. With client_credentials: what it gets.',
    ),
  grant_types: z
    .array(
      z.enum([
        'authorization_code',
        'refresh_token',
        'client_credentials',
        'urn:ietf:params:oauth:grant-type:device_code',
      ]),
    )
    .min(1, 'expected at least one')
    .default(['authorization_code', 'refresh_token']),
  default_extension_permissions: AxisPermissionsSchema.default({}).describe(
    'What every token of the client may do with extensions: there are no scopes for them.',
  ),
  tenant_id: IdSchema.nullable()
    .optional()
    .describe('The space that client_credentials act in; the own one of the caller when left out.'),
});

/** An app that an operator registered. */
export const ClientSchema = z.object({
  client_id: z.string(),
  name: z.string().nullable(),
  type: z.enum(['public', 'confidential']),
  redirect_uris: z.array(z.string()),
  scopes: z.array(z.string()),
  grant_types: z.array(z.string()),
  default_extension_permissions: AxisPermissionsSchema,
  tenant_id: IdSchema.nullable(),
  created_at: TimestampSchema,
});

export const ClientWithSecretSchema = ClientSchema.extend({
  client_secret: z.string().optional().describe('Shown once; only for confidential clients.'),
});

export const createOAuthClient = defineEndpoint({
  method: 'POST',
  path: '/auth/clients',
  summary: 'Registers an app that this server vouches for, and shows its secret once.',
  audience: 'platform',
  body: CreateClientInputSchema,
  responses: { 201: ClientWithSecretSchema },
  errors: ['validation_error', 'not_found'],
});

export const listOAuthClients = defineEndpoint({
  method: 'GET',
  path: '/auth/clients',
  summary: 'Lists the apps that operators registered.',
  audience: 'platform',
  responses: { 200: z.object({ clients: z.array(ClientSchema) }) },
});

export const getOAuthClient = defineEndpoint({
  method: 'GET',
  path: '/auth/clients/{client_id}',
  summary: 'Shows one app, without its secret. Apps that registered themselves are shown as well.',
  audience: 'platform',
  params: ClientParams,
  responses: { 200: ClientSchema },
  errors: ['not_found'],
});

export const updateOAuthClient = defineEndpoint({
  method: 'PATCH',
  path: '/auth/clients/{client_id}',
  summary: 'Changes what an app is called, where it may be sent back to, and the most it may ask for.',
  audience: 'platform',
  params: ClientParams,
  body: z.strictObject({
    name: name().optional(),
    redirect_uris: redirects().optional(),
    scopes: scopes().optional(),
    default_extension_permissions: AxisPermissionsSchema.optional(),
  }),
  responses: { 200: ClientSchema },
  errors: ['not_found', 'validation_error'],
});

export const deleteOAuthClient = defineEndpoint({
  method: 'DELETE',
  path: '/auth/clients/{client_id}',
  summary: 'Removes an app; every grant to it ends at once.',
  audience: 'platform',
  params: ClientParams,
  responses: { 200: Ok },
  errors: ['not_found'],
});

export const rotateOAuthClientSecret = defineEndpoint({
  method: 'POST',
  path: '/auth/clients/{client_id}/secret',
  summary: 'Gives a confidential app another secret; the one before stays good for as long as is asked.',
  audience: 'platform',
  params: ClientParams,
  body: z.strictObject({
    overlap_seconds: z
      .number()
      .int()
      .min(0)
      .max(86_400, 'at most 86400: a day')
      .default(0)
      .describe('How long the secret before stays good, so that no request fails in between.'),
  }),
  responses: { 200: ClientWithSecretSchema },
  errors: ['not_found', 'conflict', 'validation_error'],
});

import { z } from 'zod';
import { IdSchema } from '../items/primitives.ts';
import { IdParams, Ok } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';

const label = z.string().min(1, 'expected a label').max(200, 'at most 200 characters');
const address = z
  .url({ protocol: /^https?$/, message: 'expected an absolute http or https address' })
  .max(2048, 'at most 2048 characters');
const clientId = z.string().min(1, 'expected the client id').max(512, 'at most 512 characters');
// What stands in a header, or in a form that an upstream reads, has no line breaks and no other control characters.
const secret = z
  .string()
  .min(1, 'expected the secret')
  .max(2048, 'at most 2048 characters')
  .regex(/^[\x20-\x7e]+$/, 'expected printable ASCII characters, without line breaks');

/** How a static token is written on the wire; some services demand another word than Bearer. */
export const AuthSchemeSchema = z.enum(['Bearer', 'Token', 'Basic']);
export type AuthScheme = z.infer<typeof AuthSchemeSchema>;

export const OAuthProviderInputSchema = z.strictObject({
  label,
  oauth_authorize_url: address,
  oauth_token_url: address,
  oauth_client_id: clientId,
  oauth_client_secret: secret,
  upstream_base_url: address,
  oauth_default_scope: z.string().max(2048, 'at most 2048 characters').optional(),
});
export type OAuthProviderInput = z.output<typeof OAuthProviderInputSchema>;

export const ApiTokenInputSchema = z.strictObject({
  label,
  upstream_base_url: address,
  api_token: secret,
  auth_scheme: AuthSchemeSchema.default('Bearer'),
});
export type ApiTokenInput = z.output<typeof ApiTokenInputSchema>;

export const createOAuthProviderCredential = defineEndpoint({
  method: 'POST',
  path: '/credentials/oauth-provider',
  summary: 'Keeps an OAuth client of an upstream. Its secret is encrypted and never shown again.',
  audience: 'space-admin',
  body: OAuthProviderInputSchema,
  responses: { 201: z.object({ credential_id: IdSchema }) },
  errors: ['validation_error', 'forbidden'],
});

export const createApiTokenCredential = defineEndpoint({
  method: 'POST',
  path: '/credentials/api-token',
  summary: 'Keeps a static API token of an upstream. It is encrypted and never shown again.',
  audience: 'space-admin',
  body: ApiTokenInputSchema,
  responses: { 201: z.object({ credential_id: IdSchema }) },
  errors: ['validation_error', 'forbidden'],
});

export const UpdateCredentialInputSchema = z.strictObject({
  label: label.optional(),
  oauth_client_id: clientId.optional(),
  oauth_client_secret: secret.optional(),
  api_token: secret.optional(),
  auth_scheme: AuthSchemeSchema.optional(),
});
export type UpdateCredentialInput = z.output<typeof UpdateCredentialInputSchema>;

export const updateCredential = defineEndpoint({
  method: 'PATCH',
  path: '/credentials/{id}',
  summary: 'Renames an upstream credential or replaces its secret, for every Connection that uses it.',
  audience: 'space-admin',
  params: IdParams,
  body: UpdateCredentialInputSchema,
  responses: { 200: z.object({ credential_id: IdSchema }) },
  errors: ['validation_error', 'not_found', 'forbidden'],
});

export const deleteCredential = defineEndpoint({
  method: 'DELETE',
  path: '/credentials/{id}',
  summary: 'Forgets an upstream credential that no active Connection refers to.',
  audience: 'space-admin',
  params: IdParams,
  responses: { 200: Ok },
  errors: ['not_found', 'conflict', 'forbidden'],
});

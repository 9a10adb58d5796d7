import { z } from 'zod';
import { TimestampSchema } from '../items/primitives.ts';
import { IdParams } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';

export const StartOAuthInputSchema = z.strictObject({
  redirect_uri: z.string().min(1, 'expected an address').max(2048, 'at most 2048 characters').optional(),
  scope: z
    .string()
    .max(2048, 'at most 2048 characters')
    .regex(/^[\x20-\x7e]*$/, 'expected scopes set apart by spaces')
    .optional(),
});

export const startConnectionOAuth = defineEndpoint({
  method: 'POST',
  path: '/connections/{id}/oauth/start',
  summary: 'Begins to connect an upstream account: where the person goes to grant it. PKCE is always sent.',
  audience: 'space-admin',
  params: IdParams,
  body: StartOAuthInputSchema.default({}),
  responses: {
    200: z.object({ authorize_url: z.string(), redirect_uri: z.string(), expires_at: TimestampSchema }),
  },
  errors: ['connection_not_found', 'validation_error', 'redirect_not_allowed', 'forbidden'],
});

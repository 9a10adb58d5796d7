import { z } from 'zod';
import { TimestampSchema } from '../primitives.ts';

/** `system.credential`: a Marfa key, or what opens an upstream. No read path ever returns a secret. */
export const CredentialPropertiesSchema = z.object({
  label: z.string(),
  kind: z.enum(['api_key', 'oauth_token', 'api_token']),
  scopes: z.array(z.string()),
  last_used_at: TimestampSchema.optional(),
  connection_id: z.string().optional(),
});
export type CredentialProperties = z.infer<typeof CredentialPropertiesSchema>;

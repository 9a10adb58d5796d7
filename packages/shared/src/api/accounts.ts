import { z } from 'zod';
import { defineEndpoint } from './define-endpoint.ts';
import { TenantSchema } from './tenants.ts';

/** A person with an account on this server. */
export const PersonSchema = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  email_verified: z.boolean(),
  picture: z.string().nullable().describe('Address of a picture of them, if there is one.'),
  handle: z.string().nullable().describe('Null for accounts that were made before there were handles.'),
});
export type Person = z.infer<typeof PersonSchema>;

export const getMe = defineEndpoint({
  method: 'GET',
  path: '/auth/me',
  summary: 'Shows whose credential this is, and in which space it acts.',
  responses: {
    200: z.object({
      user: PersonSchema.nullable().describe('Null for a credential that belongs to no person, such as a plain key.'),
      tenant: TenantSchema.nullable().describe("Null in the server's own space."),
    }),
  },
});

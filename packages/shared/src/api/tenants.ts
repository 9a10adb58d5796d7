import { z } from 'zod';
import { IdSchema, TimestampSchema } from '../items/primitives.ts';
import { IdParams } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';
import { CreatedKeySchema } from './keys.ts';

export const TenantSchema = z.object({ id: IdSchema, name: z.string(), created_at: TimestampSchema });
export type Tenant = z.infer<typeof TenantSchema>;

export const createTenant = defineEndpoint({
  method: 'POST',
  path: '/tenants',
  summary: 'Creates a space and its first key, a tenant_admin shown once.',
  audience: 'platform',
  body: z.strictObject({ name: z.string().min(1, 'expected a name').max(200, 'at most 200 characters') }),
  responses: { 201: z.object({ tenant: TenantSchema, key: CreatedKeySchema }) },
  errors: ['forbidden', 'validation_error'],
});

export const listTenants = defineEndpoint({
  method: 'GET',
  path: '/tenants',
  summary: 'Lists the spaces of this server.',
  audience: 'platform',
  responses: { 200: z.object({ tenants: z.array(TenantSchema) }) },
});

export const getTenant = defineEndpoint({
  method: 'GET',
  path: '/tenants/{id}',
  summary: 'Shows one space.',
  audience: 'platform',
  params: IdParams,
  responses: { 200: TenantSchema },
  errors: ['not_found'],
});

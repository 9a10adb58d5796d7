import { z } from 'zod';
import { IdSchema, TimestampSchema } from '../items/primitives.ts';
import { PageQuery, pageOf } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';

/** One line of the append-only audit log; never a secret, token or code. */
export const AuditEntrySchema = z.object({
  id: IdSchema,
  timestamp: TimestampSchema,
  key_id: IdSchema.nullable(),
  tenant_id: IdSchema.nullable(),
  action: z.string(),
  resource_type: z.string(),
  resource_id: z.string().nullable(),
  client_ip: z.string().nullable(),
  details: z.record(z.string(), z.unknown()),
});
export type AuditEntry = z.infer<typeof AuditEntrySchema>;

export const listAudit = defineEndpoint({
  method: 'GET',
  path: '/audit',
  summary: 'Lists audit entries, newest first: of the own space, or of all spaces for an admin without one.',
  audience: 'space-admin',
  query: z.strictObject({
    action: z.string().max(200).optional(),
    resource_type: z.string().max(200).optional(),
    resource_id: z.string().max(200).optional(),
    since: TimestampSchema.optional(),
    until: TimestampSchema.optional(),
    ...PageQuery,
  }),
  responses: { 200: pageOf(AuditEntrySchema) },
  errors: ['forbidden', 'validation_error'],
});

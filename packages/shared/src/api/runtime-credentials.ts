import { z } from 'zod';
import { IdSchema, TimestampSchema } from '../items/primitives.ts';
import { AxisPermissionsSchema, TypePermissionsSchema } from '../permissions/permission-maps.ts';
import { defineEndpoint } from './define-endpoint.ts';

/** Bounds of a runtime credential's life, in seconds. */
export const RUNTIME_CREDENTIAL_TTL = { min: 60, default: 900, max: 3600 } as const;

export const mintRuntimeCredential = defineEndpoint({
  method: 'POST',
  path: '/system/runtime-credentials',
  summary: "Mints a short-lived key bound to a Connection, never wider than the Connection's consent.",
  audience: 'platform',
  body: z.strictObject({
    connection_id: IdSchema,
    label: z.string().min(1).max(200),
    source: z.string().min(1).max(200),
    type_permissions: TypePermissionsSchema.optional(),
    extension_permissions: AxisPermissionsSchema.optional(),
    edge_permissions: AxisPermissionsSchema.optional(),
    ttl_seconds: z.int().min(RUNTIME_CREDENTIAL_TTL.min).max(RUNTIME_CREDENTIAL_TTL.max).optional(),
  }),
  responses: {
    201: z.object({
      id: IdSchema,
      api_key: z.string(),
      connection_id: IdSchema,
      label: z.string(),
      source: z.string(),
      expires_at: TimestampSchema,
      created_at: TimestampSchema,
    }),
  },
  errors: ['connection_not_found', 'forbidden', 'validation_error'],
});

import { z } from 'zod';
import { IdSchema, TimestampSchema } from '../items/primitives.ts';
import { AxisPermissionsSchema, TypePermissionsSchema } from '../permissions/permission-maps.ts';
import { defineEndpoint } from './define-endpoint.ts';

/** Bounds of a runtime credential's life, in seconds. */
export const RUNTIME_CREDENTIAL_TTL = { min: 60, default: 900, max: 3600 } as const;

const MintedSchema = z.object({
  id: IdSchema,
  api_key: z.string(),
  connection_id: IdSchema,
  label: z.string(),
  source: z.string(),
  expires_at: TimestampSchema,
  created_at: TimestampSchema,
});

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
  responses: { 201: MintedSchema },
  errors: ['connection_not_found', 'forbidden', 'validation_error'],
});

export const leaseRuntimeCredential = defineEndpoint({
  method: 'POST',
  path: '/lease/{connection_id}/runtime',
  summary:
    "Gives a worker a fresh credential for a Connection of its integration. The bearer is the worker's identity key.",
  audience: 'anyone',
  params: z.strictObject({ connection_id: IdSchema }),
  responses: { 201: MintedSchema },
  // The first two are for good: the worker stops. Anything else is tried again.
  errors: ['connection_not_found', 'connection_not_active', 'mint_failed', 'unauthorized'],
});

import { z } from 'zod';
import { IdSchema, TimestampSchema } from '../items/primitives.ts';
import { IdParams, Ok } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';

/** Bounds of a lease's life, in seconds. */
export const LEASE_TTL = { min: 1, default: 900, max: 3600 } as const;

export const LeaseInputSchema = z.strictObject({
  capability_id: z.string().min(1, 'expected a capability of the manifest').max(64, 'at most 64 characters'),
  ttl_seconds: z.int().min(LEASE_TTL.min).max(LEASE_TTL.max).default(LEASE_TTL.default),
  scopes: z.array(z.string().min(1).max(256)).max(32, 'at most 32 scopes').default([]),
});
export type LeaseInput = z.input<typeof LeaseInputSchema>;

/** A lease as lists show it; its token is shown once, when it is issued. */
export const LeaseSchema = z.object({
  id: IdSchema,
  connection_id: IdSchema,
  tenant_id: IdSchema.nullable(),
  capability_id: z.string(),
  scopes: z.array(z.string()),
  expires_at: TimestampSchema,
  revoked_at: TimestampSchema.nullable(),
  created_at: TimestampSchema,
});
export type Lease = z.infer<typeof LeaseSchema>;

export const IssuedLeaseSchema = LeaseSchema.extend({
  lease_token: z.string(),
  /** What direct calls to the upstream carry; `expires_at` is null when the upstream did not tell. */
  upstream: z.object({
    access_token: z.string(),
    token_type: z.string(),
    base_url: z.string(),
    expires_at: TimestampSchema.nullable(),
  }),
});
export type IssuedLease = z.infer<typeof IssuedLeaseSchema>;

const issue = {
  method: 'POST',
  audience: 'credential',
  params: IdParams,
  body: LeaseInputSchema,
  responses: { 201: IssuedLeaseSchema },
  errors: [
    'connection_not_found',
    'capability_not_leased',
    'validation_error',
    'reauth_required',
    'upstream_unreachable',
    'forbidden',
  ],
} as const;

export const leaseToken = defineEndpoint({
  ...issue,
  path: '/connections/{id}/lease-token',
  summary: 'Leases a short-lived upstream bearer, for calls that the proxy cannot carry.',
});

export const leaseTokenAlias = defineEndpoint({
  ...issue,
  path: '/connections/{id}/lease-tokens',
  summary: 'The same as /connections/{id}/lease-token.',
});

export const listLeases = defineEndpoint({
  method: 'GET',
  path: '/connections/{id}/lease-tokens',
  summary: 'Lists the live leases of a Connection, without their tokens.',
  audience: 'credential',
  params: IdParams,
  responses: { 200: z.object({ leases: z.array(LeaseSchema) }) },
  errors: ['connection_not_found', 'forbidden'],
});

export const revokeLease = defineEndpoint({
  method: 'POST',
  path: '/connections/{id}/lease-tokens/{lease_id}/revoke',
  summary: 'Ends a lease. Doing it twice is no error.',
  audience: 'credential',
  params: z.strictObject({ id: IdSchema, lease_id: IdSchema }),
  responses: { 200: Ok },
  errors: ['connection_not_found', 'not_found', 'forbidden'],
});

export const validateLease = defineEndpoint({
  method: 'POST',
  path: '/lease-tokens/validate',
  summary: 'Says whether a lease token is live. Unknown, revoked and expired ones read alike.',
  audience: 'anyone',
  body: z.strictObject({ lease_token: z.string().min(1).max(512) }),
  responses: {
    200: z.object({
      active: z.boolean(),
      connection_id: IdSchema.optional(),
      capability_id: z.string().optional(),
      scopes: z.array(z.string()).optional(),
      expires_at: TimestampSchema.optional(),
    }),
  },
});

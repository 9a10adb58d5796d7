import { z } from 'zod';
import { IdSchema } from '../items/primitives.ts';
import { RunSchema } from '../runs/run.ts';
import { IdParams, PageQuery, pageOf } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';

export const InstallInputSchema = z.strictObject({
  integration_id: IdSchema,
  label: z.string().min(1, 'expected a label').max(200, 'at most 200 characters').optional(),
  credential_ref: IdSchema.optional(),
  configuration: z.record(z.string(), z.unknown()).default({}),
  runtime: z.enum(['self-hosted', 'local']).optional(),
});
export type InstallInput = z.output<typeof InstallInputSchema>;

export const installConnection = defineEndpoint({
  method: 'POST',
  path: '/connections/install',
  summary: 'Installs one version of an integration into the space.',
  audience: 'space-admin',
  body: InstallInputSchema,
  responses: { 201: z.object({ connection_id: IdSchema, credential_id: IdSchema, activity_id: IdSchema }) },
  errors: ['integration_not_found', 'validation_error', 'missing_required_field', 'forbidden'],
});

export const uninstallConnection = defineEndpoint({
  method: 'POST',
  path: '/connections/{id}/uninstall',
  summary: 'Ends a Connection at once: its credentials die, its schedules stop, its state becomes revoked.',
  audience: 'space-admin',
  params: IdParams,
  responses: {
    200: z.object({
      connection_id: IdSchema,
      revoked_credential_ids: z.array(IdSchema),
      oauth_tokens_deleted: z.int(),
      leased_tokens_revoked: z.int(),
      inbound_webhooks_disabled: z.int(),
      activity_id: IdSchema,
    }),
  },
  errors: ['connection_not_found', 'validation_error', 'forbidden'],
});

export const runConnection = defineEndpoint({
  method: 'POST',
  path: '/connections/{id}/run',
  summary: 'Queues a run of a Connection whose manifest declares the manual trigger.',
  audience: 'space-admin',
  params: IdParams,
  responses: {
    202: z.object({ connection_id: IdSchema, integration_name: z.string(), queued: z.literal(true), run_id: IdSchema }),
  },
  errors: ['connection_not_found', 'validation_error', 'runtime_not_available', 'forbidden'],
});

export const listRuns = defineEndpoint({
  method: 'GET',
  path: '/connections/{id}/runs',
  summary: 'Lists the runs of a Connection, newest first.',
  audience: 'space-admin',
  params: IdParams,
  query: z.strictObject(PageQuery),
  responses: { 200: pageOf(RunSchema) },
  errors: ['connection_not_found', 'forbidden'],
});

export const getRun = defineEndpoint({
  method: 'GET',
  path: '/connections/{id}/runs/{run_id}',
  summary: 'Shows one run.',
  audience: 'space-admin',
  params: z.strictObject({ id: IdSchema, run_id: IdSchema }),
  responses: { 200: RunSchema },
  errors: ['connection_not_found', 'not_found', 'forbidden'],
});

import { z } from 'zod';
import { IdSchema } from '../items/primitives.ts';
import { RuntimeStatusSchema } from '../items/system/connection.ts';
import { TriggerTypeSchema } from '../manifest/triggers.ts';
import { RunSchema } from '../runs/run.ts';
import { IdParams, PageQuery, pageOf } from './common.ts';
import { defineEndpoint } from './define-endpoint.ts';
import { NewInboundWebhookSchema } from './inbound-webhooks.ts';

const label = z.string().min(1, 'expected a label').max(200, 'at most 200 characters');
const names = z.array(z.string().max(200, 'at most 200 characters')).max(1000, 'at most 1000 entries');

/**
 * What of a manifest is granted, where that is less than it asks for: the entries that stay. What is left out is granted
 * whole. The connector's own `connection.runtime` always stays.
 */
export const GrantedSchema = z.strictObject({
  target_types: names.min(1, 'expected at least one of the target types').optional(),
  triggers: z.array(TriggerTypeSchema).min(1, 'expected at least one of the triggers').optional(),
  extensions: names.optional(),
  edges: names.optional(),
});
export type Granted = z.output<typeof GrantedSchema>;

export const InstallInputSchema = z.strictObject({
  integration_id: IdSchema,
  label: label.optional(),
  credential_ref: IdSchema.optional(),
  configuration: z.record(z.string(), z.unknown()).default({}),
  runtime: z.enum(['self-hosted', 'local']).optional(),
  granted: GrantedSchema.optional(),
});
export type InstallInput = z.output<typeof InstallInputSchema>;

export const installConnection = defineEndpoint({
  method: 'POST',
  path: '/connections/install',
  summary: 'Installs one version of an integration into the space.',
  audience: 'space-admin',
  body: InstallInputSchema,
  responses: {
    201: z.object({
      connection_id: IdSchema,
      credential_id: IdSchema,
      activity_id: IdSchema,
      /** Where there is a webhook trigger: the place that the service has to be told of, with its secret. */
      inbound_webhook: NewInboundWebhookSchema.optional(),
    }),
  },
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

export const UpdateConnectionInputSchema = z.strictObject({
  label: label.optional(),
  configuration: z.record(z.string(), z.unknown()).optional(),
  credential_ref: IdSchema.optional(),
  feed_activity: z.boolean().optional(),
});
export type UpdateConnectionInput = z.output<typeof UpdateConnectionInputSchema>;

export const updateConnection = defineEndpoint({
  method: 'PATCH',
  path: '/connections/{id}',
  summary: 'Changes the name, the settings or the upstream credential of a Connection; settings replace all settings.',
  audience: 'space-admin',
  params: IdParams,
  body: UpdateConnectionInputSchema,
  responses: {
    200: z.object({
      connection_id: IdSchema,
      label: z.string(),
      configuration: z.record(z.string(), z.unknown()),
      credential_ref: IdSchema.nullable(),
      feed_activity: z.boolean(),
      runtime_status: RuntimeStatusSchema,
    }),
  },
  errors: ['connection_not_found', 'validation_error', 'missing_required_field', 'forbidden'],
});

const Changed = z.object({ connection_id: IdSchema, runtime_status: RuntimeStatusSchema, activity_id: IdSchema });

export const pauseConnection = defineEndpoint({
  method: 'POST',
  path: '/connections/{id}/pause',
  summary: 'Stops a Connection until it is resumed: nothing runs, its credentials die, events are dropped.',
  audience: 'space-admin',
  params: IdParams,
  responses: { 200: Changed },
  errors: ['connection_not_found', 'validation_error', 'forbidden'],
});

export const resumeConnection = defineEndpoint({
  method: 'POST',
  path: '/connections/{id}/resume',
  summary: 'Takes a paused Connection back to work.',
  audience: 'space-admin',
  params: IdParams,
  responses: { 200: Changed },
  errors: ['connection_not_found', 'validation_error', 'forbidden'],
});

/** How one change of a manifest bears on what was consented to. */
export const ChangeClassSchema = z.enum(['narrowing', 'same', 'widening']);

export const ManifestChangeSchema = z.object({
  /** JSONPath into the manifest. */
  path: z.string(),
  class: ChangeClassSchema,
  /** What changes, for a person. */
  line: z.string(),
});

const NamesDelta = z.object({ added: z.array(z.string()), removed: z.array(z.string()) });
const LevelsDelta = NamesDelta.extend({ raised: z.array(z.string()), lowered: z.array(z.string()) });

export const UpgradeDeltaSchema = z.object({
  /** Whether a person has to consent first: something is granted that was not, or the major version rises. */
  widens: z.boolean(),
  types: NamesDelta,
  extensions: LevelsDelta,
  edges: LevelsDelta,
  oauth: NamesDelta,
  tokens: NamesDelta,
  /** Settings that the new version requires and the Connection does not have. */
  configurationRequired: z.array(z.string()),
  changes: z.array(ManifestChangeSchema),
});
export type UpgradeDelta = z.infer<typeof UpgradeDeltaSchema>;

export const planUpgrade = defineEndpoint({
  method: 'GET',
  path: '/connections/{id}/upgrade',
  summary: 'Shows what the newest version of an installed integration would change.',
  audience: 'space-admin',
  params: IdParams,
  responses: {
    200: z.object({
      connection_id: IdSchema,
      current: z.string(),
      candidate: z.string().nullable(),
      candidate_integration_ref: IdSchema.nullable(),
      delta: UpgradeDeltaSchema.nullable(),
      consent_lines: z.array(z.string()),
    }),
  },
  errors: ['connection_not_found', 'validation_error', 'forbidden'],
});

const Upgraded = z.object({
  connection_id: IdSchema,
  from_version: z.string(),
  to_version: z.string(),
  activity_id: IdSchema,
});

export const upgradeConnection = defineEndpoint({
  method: 'POST',
  path: '/connections/{id}/upgrade',
  summary: 'Moves a Connection to the newest version, unless that grants more than was consented to.',
  audience: 'space-admin',
  params: IdParams,
  responses: { 200: Upgraded },
  errors: ['connection_not_found', 'validation_error', 'forbidden'],
});

export const approveUpgrade = defineEndpoint({
  method: 'POST',
  path: '/connections/{id}/upgrade/approve',
  summary: 'Moves a Connection to a version that grants more, with consent to exactly that version.',
  audience: 'space-admin',
  params: IdParams,
  body: z.strictObject({ to_version: z.string().min(1, 'expected the version').max(256, 'at most 256 characters') }),
  responses: { 200: Upgraded },
  errors: ['connection_not_found', 'validation_error', 'conflict', 'forbidden'],
});

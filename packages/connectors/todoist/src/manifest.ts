import type { ContextOf, ManifestDefinition } from '@withmarfa/runtime-sdk';

export const INTEGRATION_NAME = 'todoist.tasks';

/** What the Todoist connector is and needs, as it is registered. */
export const manifest = {
  name: INTEGRATION_NAME,
  version: '1.0.0',
  publisher: 'Marfa',
  description: 'Keeps your Todoist tasks and the tasks of your space in step, both ways.',
  manifest_schema_version: '1.2.0',
  direction: 'both',
  target_types: ['core.task', 'todoist.task'],
  triggers: [{ type: 'schedule', config: { cron: '*/10 * * * *' } }, { type: 'item-event' }, { type: 'manual' }],
  runtime_compatibility: ['hosted', 'self-hosted', 'local'],
  bidirectional_handling: {
    echo_ttl_seconds: 120,
    lag_window_seconds: 600,
    tombstone_mapping: 'prompt-user',
    partial_write_mode: 'accept-partial',
  },
  oauth_requirements: {},
  token_requirements: { tasks: 'required' },
  webhook_verification: { method: 'hmac-sha256' },
  permissions: { extension: { 'connection.runtime': 'write' } },
  configuration_schema: {
    target_type: {
      type: 'string',
      from_target_types: true,
      default: 'todoist.task',
      description: 'What a task becomes in your space; new items of this type go out to Todoist.',
    },
  },
} as const satisfies ManifestDefinition;

/** The context of this connector's handlers. */
export type TodoistContext = ContextOf<typeof manifest>;
/** A type of item that this connector reads and writes. */
export type TaskType = TodoistContext['configuration']['target_type'];

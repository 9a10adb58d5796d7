import type { ContextOf, ItemInputOf, ManifestDefinition } from '@withmarfa/runtime-sdk';

export const INTEGRATION_NAME = 'withmarfa.github-webhooks';

/** What GitHub Webhooks is and needs, as it is registered. */
export const manifest = {
  name: INTEGRATION_NAME,
  version: '1.0.0',
  publisher: 'Marfa',
  description: 'Keeps each new issue and pull request of your GitHub repositories as a bookmark.',
  manifest_schema_version: '1.2.0',
  direction: 'read',
  target_types: ['core.bookmark'],
  triggers: [{ type: 'webhook' }],
  runtime_compatibility: ['hosted', 'self-hosted', 'local'],
  bidirectional_handling: { tombstone_mapping: 'ignore' },
  oauth_requirements: {},
  webhook_verification: { method: 'github' },
  permissions: { extension: { 'connection.runtime': 'write' } },
  configuration_schema: {
    repo: {
      type: 'string',
      description: 'Only this repository, as owner/name. Left out: every repository whose webhook comes here.',
    },
  },
} as const satisfies ManifestDefinition;

/** The context of this connector's handler. */
export type GitHubContext = ContextOf<typeof manifest>;
/** An item that this connector writes. */
export type BookmarkInput = ItemInputOf<typeof manifest>;

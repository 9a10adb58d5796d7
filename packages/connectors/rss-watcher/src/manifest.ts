import type { ManifestDefinition } from '@withmarfa/runtime-sdk';

export const INTEGRATION_NAME = 'withmarfa.rss-watcher';

/** What RSS Watcher is and needs, as it is registered. */
export const manifest = {
  name: INTEGRATION_NAME,
  version: '1.0.0',
  publisher: 'Marfa',
  description: 'Watches an RSS, Atom or JSON feed and keeps each entry as a bookmark.',
  manifest_schema_version: '1.2.0',
  direction: 'read',
  target_types: ['core.bookmark'],
  triggers: [{ type: 'schedule', config: { cron: '0 * * * *' } }, { type: 'manual' }],
  runtime_compatibility: ['hosted', 'self-hosted', 'local'],
  bidirectional_handling: { tombstone_mapping: 'ignore' },
  oauth_requirements: {},
  webhook_verification: { method: 'hmac-sha256' },
  permissions: { extension: { 'connection.runtime': 'write' } },
  configuration_schema: {
    feed_url: { type: 'string', required: true, description: 'Address of the RSS, Atom or JSON feed to watch.' },
  },
} as const satisfies ManifestDefinition;

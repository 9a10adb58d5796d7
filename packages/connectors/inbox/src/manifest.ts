import type { ContextOf, ItemInputOf, ManifestDefinition } from '@withmarfa/runtime-sdk';

export const INTEGRATION_NAME = 'withmarfa.inbox';

/** What Inbox is and needs, as it is registered. */
export const manifest = {
  name: INTEGRATION_NAME,
  version: '1.0.0',
  publisher: 'Marfa',
  description: 'Keeps mail that arrives at an address of yours, by way of a Cloudflare Email Worker.',
  manifest_schema_version: '1.2.0',
  direction: 'read',
  target_types: ['withmarfa.captured_email'],
  triggers: [{ type: 'webhook' }],
  runtime_compatibility: ['hosted', 'self-hosted', 'local'],
  bidirectional_handling: { tombstone_mapping: 'ignore' },
  oauth_requirements: {},
  webhook_verification: { method: 'cloudflare-email' },
  permissions: { extension: { 'connection.runtime': 'write' } },
} as const satisfies ManifestDefinition;

/** The context of this connector's handler. */
export type InboxContext = ContextOf<typeof manifest>;
/** An item that this connector writes. */
export type EmailInput = ItemInputOf<typeof manifest>;

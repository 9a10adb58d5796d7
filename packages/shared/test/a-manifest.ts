import type { IntegrationManifestInput } from '@withmarfa/shared';

/** A small valid manifest, with some fields replaced. */
export function aManifest(changes: Partial<IntegrationManifestInput> = {}): IntegrationManifestInput {
  return {
    name: 'harbourlight.tide-watch',
    version: '0.3.1',
    publisher: 'Harbourlight Works',
    description: 'Saves each new harbour bulletin as a bookmark.',
    manifest_schema_version: '1.2.0',
    direction: 'read',
    target_types: ['core.bookmark'],
    triggers: [{ type: 'schedule', config: { cron: '20 */3 * * *' } }, { type: 'manual' }],
    runtime_compatibility: ['self-hosted', 'local'],
    bidirectional_handling: {},
    oauth_requirements: {},
    webhook_verification: { method: 'hmac-sha256' },
    ...changes,
  };
}

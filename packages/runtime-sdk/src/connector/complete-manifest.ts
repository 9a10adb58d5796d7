import { type IntegrationManifest, MANIFEST_SCHEMA_VERSION, parseManifest } from '@withmarfa/shared';
import type { DefaultedBlock, ManifestDefinition } from './manifest-definition.ts';

const DEFAULTS = {
  manifest_schema_version: MANIFEST_SCHEMA_VERSION,
  bidirectional_handling: {},
  oauth_requirements: {},
  webhook_verification: { method: 'hmac-sha256' },
  runtime_compatibility: ['self-hosted', 'local'],
} as const satisfies Required<Pick<ManifestDefinition, DefaultedBlock>>;

/**
 * Fills every block that a connector's author left out: the current manifest contract, no OAuth, `hmac-sha256` for
 * webhooks, the `self-hosted` and `local` tiers.
 * @returns the full canonical manifest, as it is registered.
 * @throws MarfaError `validation_error` with every fault in `details.issues`; `manifest_schema_unsupported`.
 */
export function completeManifest(definition: ManifestDefinition): IntegrationManifest {
  return parseManifest({ ...DEFAULTS, ...definition });
}

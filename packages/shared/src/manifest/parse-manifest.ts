import { MarfaError } from '../errors/marfa-error.ts';
import { toIssues } from '../errors/validation-issues.ts';
import { parseSemver } from '../identifiers/semver.ts';
import {
  type IntegrationManifest,
  IntegrationManifestSchema,
  SUPPORTED_MANIFEST_MAJOR,
} from './integration-manifest.ts';

/**
 * Validates a manifest and fills its defaults.
 * @param input parsed JSON, untrusted.
 * @throws MarfaError `manifest_schema_unsupported` when `manifest_schema_version` has a higher major than this release
 *   speaks (nothing else is judged then: the rules of a later contract are unknown).
 * @throws MarfaError `validation_error` with every fault in `details.issues`.
 */
export function parseManifest(input: unknown): IntegrationManifest {
  const declared = isRecord(input) ? input.manifest_schema_version : undefined;
  const major = typeof declared === 'string' ? parseSemver(declared)?.major : undefined;
  if (major !== undefined && major > SUPPORTED_MANIFEST_MAJOR) {
    throw new MarfaError(
      'manifest_schema_unsupported',
      `This manifest uses schema version ${declared}; this server supports major ${SUPPORTED_MANIFEST_MAJOR}. Upgrade the server, or publish for major ${SUPPORTED_MANIFEST_MAJOR}.`,
      { details: { manifest_schema_version: declared, supported_major: SUPPORTED_MANIFEST_MAJOR } },
    );
  }
  const result = IntegrationManifestSchema.safeParse(input);
  if (result.success) return result.data;
  const issues = toIssues(result.error);
  const count = issues.length === 1 ? 'one fault' : `${issues.length} faults`;
  throw new MarfaError(
    'validation_error',
    `The manifest has ${count}; the first: ${issues[0]?.path} ${issues[0]?.message}.`,
    {
      details: { issues },
    },
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

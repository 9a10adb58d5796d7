import { type IntegrationManifest, MarfaError, validateConfiguration } from '@withmarfa/shared';

/**
 * Checks the settings a person gave and fills declared defaults.
 * @throws MarfaError `validation_error` with every fault.
 */
export function checkConfiguration(
  manifest: IntegrationManifest,
  given: Record<string, unknown>,
): Record<string, unknown> {
  const result = validateConfiguration(manifest.configuration_schema, given, { targetTypes: manifest.target_types });
  if (result.ok) return result.configuration;
  const [first] = result.issues;
  throw new MarfaError(
    'validation_error',
    `The configuration does not fit ${manifest.name}: ${first?.path} ${first?.message}`,
    { details: { issues: result.issues } },
  );
}

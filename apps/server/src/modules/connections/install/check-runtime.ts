import { type IntegrationManifest, MarfaError, type RuntimeTier } from '@withmarfa/shared';

/** The tiers that a self-hosted server's own runtime stands for. */
const SERVED: readonly RuntimeTier[] = ['self-hosted', 'local'];

/**
 * Checks that this deployment can run the integration, on the tier asked for if one is.
 * @throws MarfaError `validation_error`
 */
export function checkRuntime(manifest: IntegrationManifest, wanted?: RuntimeTier): void {
  const offered = manifest.runtime_compatibility;
  const fits = wanted ? offered.includes(wanted) : offered.some((tier) => SERVED.includes(tier));
  if (fits) return;
  const message = wanted
    ? `${manifest.name} does not run on the tier ${wanted}; it declares ${offered.join(', ')}`
    : `${manifest.name} runs on ${offered.join(', ')}; this server runs ${SERVED.join(' and ')} integrations`;
  const issues = [{ path: wanted ? '$.runtime' : '$.integration_id', message }];
  throw new MarfaError('validation_error', `${message}.`, { details: { issues } });
}

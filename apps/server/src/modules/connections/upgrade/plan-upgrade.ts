import { compareManifests, compareSemver, type Integration, parseSemver, type UpgradeDelta } from '@withmarfa/shared';
import type { ConnectionRow } from '../connection-row.ts';

export interface UpgradePlan {
  current: string;
  /** The version to go to; null when there is none. */
  candidate: Integration | null;
  delta: UpgradeDelta | null;
}

/**
 * Finds the newest version to go to, and what it changes. A prerelease is offered to Connections alone that have one.
 * @param versions every registered version of the integration.
 */
export function planUpgrade(
  { integration_id, integration_version: current, configuration }: ConnectionRow,
  versions: readonly Integration[],
): UpgradePlan {
  const isPrerelease = (version: string) => (parseSemver(version)?.prerelease.length ?? 0) > 0;
  const [candidate = null] = versions
    .filter(({ manifest_version: version }) => compareSemver(version, current) > 0)
    .filter(({ manifest_version: version }) => isPrerelease(current) || !isPrerelease(version))
    .sort((one, other) => compareSemver(other.manifest_version, one.manifest_version));
  const installed = versions.find((version) => version.id === integration_id);
  if (candidate === null || installed === undefined) return { current, candidate: null, delta: null };
  const given = Object.keys(JSON.parse(configuration) as Record<string, unknown>);
  const configurationRequired = Object.entries(candidate.manifest.configuration_schema ?? {})
    .filter(([key, field]) => field.required === true && field.default === undefined && !given.includes(key))
    .map(([key]) => key);
  const delta = { ...compareManifests(installed.manifest, candidate.manifest), configurationRequired };
  return { current, candidate, delta };
}

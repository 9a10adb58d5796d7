import type { IntegrationManifest } from '@withmarfa/shared';
import { type Consent, fullConsent } from '../install/consent.ts';

/**
 * Carries a person's consent over to another version: what was granted stays as far as it is still asked for, what was
 * trimmed stays trimmed, and what is asked for anew is granted (who consents to the version consents to that).
 */
export function carryConsent(
  consent: Consent,
  { before, after }: { before: IntegrationManifest; after: IntegrationManifest },
): Consent {
  const old = fullConsent(before);
  const asked = fullConsent(after);
  const keep = (name: string, granted: readonly string[], formerly: readonly string[]) =>
    granted.includes(name) || !formerly.includes(name);
  const kept = <Level>(
    entries: Record<string, Level>,
    granted: Record<string, unknown>,
    formerly: Record<string, unknown>,
  ): Record<string, Level> =>
    Object.fromEntries(
      Object.entries(entries).filter(([name]) => keep(name, Object.keys(granted), Object.keys(formerly))),
    );
  const kindsOf = ({ triggers }: Consent) => triggers.map(({ type }) => type);
  return {
    target_types: asked.target_types.filter((type) => keep(type, consent.target_types, old.target_types)),
    triggers: asked.triggers.filter(({ type }) => keep(type, kindsOf(consent), kindsOf(old))),
    permissions: {
      extension: kept(asked.permissions.extension, consent.permissions.extension, old.permissions.extension),
      edge: kept(asked.permissions.edge, consent.permissions.edge, old.permissions.edge),
    },
  };
}

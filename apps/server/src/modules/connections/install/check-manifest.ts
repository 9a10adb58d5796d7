import { type IntegrationManifest, type Issue, MarfaError, parseManifest } from '@withmarfa/shared';
import type { Catalogue } from '../../types/index.ts';
import type { Consent } from './consent.ts';

/**
 * Judges a stored manifest again, against this server and this space: it may have been registered by another release.
 * @param consented what of it is to be installed; the rest does not have to be there.
 * @throws MarfaError `validation_error` naming every fault.
 */
export function checkManifest(
  stored: unknown,
  catalogue: Catalogue,
  consented: (manifest: IntegrationManifest) => Consent,
): { manifest: IntegrationManifest; consent: Consent } {
  const manifest = parseManifest(stored);
  const consent = consented(manifest);
  const issues: Issue[] = [
    ...manifest.target_types.flatMap((type, index) =>
      catalogue.find(type) || !consent.target_types.includes(type)
        ? []
        : [{ path: `$.manifest.target_types[${index}]`, message: `there is no type ${type} in this space` }],
    ),
  ];
  if (issues.length === 0) return { manifest, consent };
  throw new MarfaError(
    'validation_error',
    `${manifest.name} cannot be installed here: ${issues.map((issue) => issue.message).join('; ')}.`,
    { details: { issues } },
  );
}

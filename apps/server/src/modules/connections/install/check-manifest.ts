import { type IntegrationManifest, MarfaError, parseManifest } from '@withmarfa/shared';
import type { Catalogue } from '../../types/index.ts';

/** Triggers that this server delivers. */
const DELIVERED = ['schedule', 'manual'];

/**
 * Judges a stored manifest again, against this server and this space: it may have been registered by another release.
 * @throws MarfaError `validation_error` naming every fault.
 */
export function checkManifest(stored: unknown, catalogue: Catalogue): IntegrationManifest {
  const manifest = parseManifest(stored);
  const unknownTypes = manifest.target_types.flatMap((type, index) =>
    catalogue.find(type)
      ? []
      : [{ path: `$.manifest.target_types[${index}]`, message: `there is no type ${type} in this space` }],
  );
  const undelivered = manifest.triggers.flatMap((trigger, index) =>
    DELIVERED.includes(trigger.type)
      ? []
      : [{ path: `$.manifest.triggers[${index}]`, message: `this server does not deliver ${trigger.type} triggers` }],
  );
  const issues = [...unknownTypes, ...undelivered];
  if (issues.length === 0) return manifest;
  throw new MarfaError(
    'validation_error',
    `${manifest.name} cannot be installed here: ${issues.map((issue) => issue.message).join('; ')}.`,
    { details: { issues } },
  );
}

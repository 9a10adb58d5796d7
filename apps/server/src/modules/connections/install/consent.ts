import {
  type AxisPermissions,
  type Granted,
  type IntegrationManifest,
  type Issue,
  MarfaError,
  type TriggerType,
  type TypePermissions,
} from '@withmarfa/shared';

/** What a person granted of a manifest; stored on the Connection, and the bound of its runtime credential. */
export interface Consent {
  target_types: string[];
  triggers: IntegrationManifest['triggers'];
  permissions: { extension: AxisPermissions; edge: AxisPermissions };
}

/** The connector's own notes on its Connection: no connector works without them. */
export const RUNTIME_EXTENSION = 'connection.runtime';

/** @returns everything that a manifest asks for. */
export function fullConsent({ target_types, triggers, permissions }: IntegrationManifest): Consent {
  return {
    target_types: [...target_types],
    triggers: [...triggers],
    permissions: { extension: { ...permissions.extension }, edge: { ...permissions.edge } },
  };
}

/**
 * Takes from a manifest what a person granted of it.
 * @param granted the entries that stay; what is left out stays whole.
 * @throws MarfaError `validation_error` for what the manifest does not ask for: consent narrows and never widens.
 */
export function narrowConsent(manifest: IntegrationManifest, granted: Granted = {}): Consent {
  const asked = fullConsent(manifest);
  const issues: Issue[] = [];
  function keep<Entry>(field: keyof Granted, entries: readonly Entry[], nameOf: (entry: Entry) => string): Entry[] {
    const names: readonly string[] | undefined = granted[field];
    if (names === undefined) return [...entries];
    const known = new Set(entries.map(nameOf));
    names.forEach((name, index) => {
      if (!known.has(name))
        issues.push({ path: `$.granted.${field}[${index}]`, message: `${manifest.name} does not ask for ${name}` });
    });
    return entries.filter((entry) => names.includes(nameOf(entry)));
  }
  for (const field of ['target_types', 'triggers'] as const)
    if (granted[field]?.length === 0)
      issues.push({ path: `$.granted.${field}`, message: 'at least one has to stay, or there is nothing to install' });
  const byName = ([name]: [string, unknown]) => name;
  const consent = {
    target_types: keep('target_types', asked.target_types, (type) => type),
    triggers: keep('triggers', asked.triggers, ({ type }) => type),
    permissions: {
      extension: Object.fromEntries(keep('extensions', Object.entries(asked.permissions.extension), byName)),
      edge: Object.fromEntries(keep('edges', Object.entries(asked.permissions.edge), byName)),
    },
  };
  if (issues.length === 0) return consent;
  throw new MarfaError('validation_error', 'More was granted than the integration asks for.', { details: { issues } });
}

/** @returns whether a person granted a kind of trigger to a Connection. */
export function isTriggerGranted({ consent }: { consent: string }, type: TriggerType): boolean {
  return (JSON.parse(consent) as Partial<Consent>).triggers?.some((trigger) => trigger.type === type) ?? false;
}

/** What a Connection's runtime credential may do. */
export interface ConsentedPermissions {
  type_permissions: TypePermissions;
  extension_permissions: AxisPermissions;
  edge_permissions: AxisPermissions;
}

/**
 * Write on every granted type (even a `write` connector moves items between states), the granted edges and extensions,
 * and the connector's own `connection.runtime`. Telling activity of its own Connection needs no entry.
 */
export function permissionsOf({ target_types, permissions }: Consent): ConsentedPermissions {
  return {
    type_permissions: Object.fromEntries(target_types.map((type) => [type, 'write' as const])),
    extension_permissions: { ...permissions.extension, [RUNTIME_EXTENSION]: 'write' },
    edge_permissions: { ...permissions.edge },
  };
}

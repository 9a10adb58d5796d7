import type { AxisPermissions, IntegrationManifest, TypePermissions } from '@withmarfa/shared';

/** What a Connection's runtime credential may do: what the manifest declares and the person consented to, no more. */
export interface ConsentedPermissions {
  type_permissions: TypePermissions;
  extension_permissions: AxisPermissions;
  edge_permissions: AxisPermissions;
}

/**
 * Write on every target type (even a `write` connector moves items between states), the declared edges and extensions,
 * and the connector's own `connection.runtime`. Telling activity of its own Connection needs no entry.
 */
export function consentedPermissions(manifest: IntegrationManifest): ConsentedPermissions {
  return {
    type_permissions: Object.fromEntries(manifest.target_types.map((type) => [type, 'write' as const])),
    extension_permissions: { ...manifest.permissions.extension, 'connection.runtime': 'write' },
    edge_permissions: { ...manifest.permissions.edge },
  };
}

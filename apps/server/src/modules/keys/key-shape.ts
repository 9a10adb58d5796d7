import type { AxisPermissions, Key, PermissionMaps, Role, Tier, TypePermissions } from '@withmarfa/shared';
import type { KeyRow } from './keys-store.ts';

/** The wire form of a key: everything but its secret. */
export function toKey(row: KeyRow): Key {
  return {
    id: row.id,
    label: row.label,
    source: row.source,
    role: row.role as Role,
    default_tier: row.default_tier as Tier,
    is_platform: row.is_platform === 1,
    ...mapsOf(row),
    created_at: row.created_at,
    last_used_at: row.last_used_at,
  };
}

export function mapsOf(row: KeyRow): PermissionMaps {
  return {
    type_permissions: JSON.parse(row.type_permissions) as TypePermissions,
    extension_permissions: JSON.parse(row.extension_permissions) as AxisPermissions,
    edge_permissions: JSON.parse(row.edge_permissions) as AxisPermissions,
    metadata_permissions: JSON.parse(row.metadata_permissions) as AxisPermissions,
  };
}

export function mapColumns(maps: Partial<PermissionMaps>) {
  return Object.fromEntries(
    Object.entries(maps).flatMap(([name, map]) => (map === undefined ? [] : [[name, JSON.stringify(map)]])),
  ) as Partial<Record<keyof PermissionMaps, string>>;
}

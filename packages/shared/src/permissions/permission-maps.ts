import { z } from 'zod';
import { NamePatternSchema } from '../identifiers/type-identifier.ts';

/** What a credential may do with items, extensions, edges and metadata. Keys are exact names, `x.*` or `*`. */
export const TypePermissionsSchema = z.record(NamePatternSchema, z.enum(['read', 'write', 'none']));
export const AxisPermissionsSchema = z.record(NamePatternSchema, z.enum(['read', 'write']));

export const PermissionMapsSchema = z.object({
  type_permissions: TypePermissionsSchema,
  extension_permissions: AxisPermissionsSchema,
  edge_permissions: AxisPermissionsSchema,
  metadata_permissions: AxisPermissionsSchema,
});

export type TypePermissions = z.infer<typeof TypePermissionsSchema>;
export type AxisPermissions = z.infer<typeof AxisPermissionsSchema>;
export type PermissionMaps = z.infer<typeof PermissionMapsSchema>;
export type AccessLevel = 'read' | 'write';

/** Four empty maps: nothing is allowed. */
export function noPermissions(): PermissionMaps {
  return { type_permissions: {}, extension_permissions: {}, edge_permissions: {}, metadata_permissions: {} };
}

export const RoleSchema = z.enum(['admin', 'tenant_admin', 'member']);
export type Role = z.infer<typeof RoleSchema>;

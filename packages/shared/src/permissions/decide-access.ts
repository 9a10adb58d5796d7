import { isSystemType, prefixesOf } from '../identifiers/type-identifier.ts';
import type { AccessLevel, PermissionMaps, Role, TypePermissions } from './permission-maps.ts';
import { own, resolveNamed, resolvePattern } from './resolve-pattern.ts';

/** Who asks: a role and the four maps. `admin` passes everything, `tenant_admin` everything but extensions. */
export interface Grant extends PermissionMaps {
  role: Role;
}

/** A type and its declared parents, nearest first. Parents by identifier prefix need not be listed. */
export interface TypeRef {
  id: string;
  ancestors?: readonly string[];
}

/**
 * Decides whether items of a type may be read or written.
 *
 * The most specific matching pattern alone decides, and `none` denies. Reads inherit: a grant on a type also reads its
 * subtypes, by identifier prefix and by declared parent, unless something nearer decides otherwise. Writes do not
 * inherit: writing needs a pattern that names the type (exact, `x.*` or `*`).
 *
 * `system.*` rows are never reached by `*`, and `system.credential` only by its exact name.
 */
export function mayAccessType(grant: Grant, type: TypeRef, level: AccessLevel): boolean {
  if (grant.role !== 'member') return true;
  const map = grant.type_permissions;
  if (isSystemType(type.id)) return satisfies(resolveSystem(map, type.id), level);
  if (level === 'write') return resolvePattern(map, type.id) === 'write';
  return satisfies(resolveRead(map, type), 'read');
}

/** Decides whether an extension namespace may be read or written. Only `admin` passes without the map. */
export function mayAccessExtension(grant: Grant, namespace: string, level: AccessLevel): boolean {
  return grant.role === 'admin' || satisfies(resolvePattern(grant.extension_permissions, namespace), level);
}

/**
 * Decides whether edges of a type may be read, or passes one half of the gate for writing them: creating, changing or
 * deleting an edge needs this **and** write on the source item's type; see {@link mayWriteEdge}.
 */
export function mayAccessEdge(grant: Grant, edgeType: string, level: AccessLevel): boolean {
  return grant.role !== 'member' || satisfies(resolvePattern(grant.edge_permissions, edgeType), level);
}

/** Both halves of the gate for writing an edge: write on the edge type and write on the source item's type. */
export function mayWriteEdge(grant: Grant, edgeType: string, sourceType: TypeRef): boolean {
  return mayAccessEdge(grant, edgeType, 'write') && mayAccessType(grant, sourceType, 'write');
}

/** Decides whether a metadata sub-resource (`tags`, `types`) may be read or written. */
export function mayAccessMetadata(grant: Grant, subResource: string, level: AccessLevel): boolean {
  return grant.role !== 'member' || satisfies(resolvePattern(grant.metadata_permissions, subResource), level);
}

function satisfies(granted: 'read' | 'write' | 'none' | undefined, wanted: AccessLevel): boolean {
  return granted === 'write' || (granted === 'read' && wanted === 'read');
}

function resolveSystem(map: TypePermissions, type: string) {
  return type === 'system.credential' ? own(map, type) : resolveNamed(map, type);
}

/** Nearest first: the type's own identifier and its prefixes, then each declared parent likewise, then `*`. */
function resolveRead(map: TypePermissions, type: TypeRef) {
  for (const id of [type.id, ...(type.ancestors ?? [])]) {
    const level = resolveWithPrefixes(map, id);
    if (level !== undefined) return level;
  }
  return own(map, '*');
}

function resolveWithPrefixes(map: TypePermissions, id: string) {
  const exact = own(map, id) ?? own(map, `${id}.*`);
  if (exact !== undefined) return exact;
  for (const prefix of prefixesOf(id)) {
    const level = own(map, `${prefix}.*`) ?? own(map, prefix);
    if (level !== undefined) return level;
  }
  return undefined;
}

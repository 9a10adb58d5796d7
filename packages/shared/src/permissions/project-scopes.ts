import { coversScope } from './covers-scope.ts';
import { parseScope, type Scope } from './parse-scope.ts';
import { type AxisPermissions, noPermissions, type PermissionMaps, type TypePermissions } from './permission-maps.ts';
import { own } from './resolve-pattern.ts';

/** What a set of scopes comes to: permission maps, identity claims, and what is no scope at all. */
export interface ProjectedScopes extends PermissionMaps {
  /** `openid`, `profile`, `email`, `offline_access`, in the order they were given. */
  claims: Extract<Scope, { kind: 'identity' }>['claim'][];
  /** Scopes that the grammar does not know; whoever issues a token refuses them with `invalid_scope`. */
  unknown: string[];
}

/**
 * Projects OAuth scopes onto the permission maps of the token's `member` grant: a type scope becomes an entry of
 * `type_permissions`, `edge.*` one of `edge_permissions`, `metadata` and `metadata.<sub>` one of `metadata_permissions`.
 * Read and write of one pattern collapse to write. Extensions have no scope: they come from the client's registration.
 *
 * @param extensionPermissions the client's `default_extension_permissions`; none unless given.
 * @see seed page on authentication, "Scopes"
 */
export function projectScopes(scopes: readonly string[], extensionPermissions: AxisPermissions = {}): ProjectedScopes {
  const projected: ProjectedScopes = { ...noPermissions(), claims: [], unknown: [] };
  projected.extension_permissions = { ...extensionPermissions };
  for (const text of scopes) {
    const scope = parseScope(text);
    if (scope === null) projected.unknown.push(text);
    else add(projected, scope);
  }
  // In a map the most specific entry alone decides; scopes add up: a wide write is not taken back by a narrow read.
  liftCovered(projected.type_permissions, 'type');
  liftCovered(projected.edge_permissions, 'edge');
  return projected;
}

function liftCovered(map: TypePermissions | AxisPermissions, kind: 'type' | 'edge'): void {
  const prefix = kind === 'edge' ? 'edge.' : '';
  const writes = Object.keys(map).filter((pattern) => map[pattern] === 'write');
  for (const pattern of Object.keys(map)) {
    if (map[pattern] === 'write') continue;
    if (writes.some((wide) => coversScope(`${prefix}${wide}:write`, `${prefix}${pattern}:write`)))
      map[pattern] = 'write';
  }
}

function add(projected: ProjectedScopes, scope: Scope): void {
  switch (scope.kind) {
    case 'type':
      raise(projected.type_permissions, scope.pattern, scope.level);
      return;
    case 'edge':
      raise(projected.edge_permissions, scope.pattern, scope.level);
      return;
    case 'metadata':
      raise(projected.metadata_permissions, scope.subResource, scope.level);
      return;
    case 'identity':
      if (!projected.claims.includes(scope.claim)) projected.claims.push(scope.claim);
      return;
    default:
      scope satisfies never;
  }
}

function raise(map: TypePermissions | AxisPermissions, key: string, level: 'read' | 'write'): void {
  if (own(map, key) !== 'write') map[key] = level;
}

import { NamePatternSchema, rootOf } from '../identifiers/type-identifier.ts';

/** What one OAuth scope asks for. */
export type Scope =
  | { kind: 'type'; pattern: string; level: 'read' | 'write' }
  | { kind: 'edge'; pattern: string; level: 'read' | 'write' }
  | { kind: 'metadata'; subResource: 'tags' | 'types'; level: 'read' | 'write' }
  | { kind: 'identity'; claim: 'openid' | 'profile' | 'email' | 'offline_access' };

const IDENTITY = ['openid', 'profile', 'email', 'offline_access'] as const;

/**
 * Reads one scope of the grammar `<type>:read|write`, `edge.<type>:read|write`, `metadata:read|write`,
 * `metadata.types:write`, `openid`, `profile`, `email`, `offline_access`. Types and edges may be patterns.
 * @returns null for anything else; `system.*` can be asked for reading only.
 */
export function parseScope(scope: string): Scope | null {
  const claim = IDENTITY.find((name) => name === scope);
  if (claim) return { kind: 'identity', claim };

  const [resource, level, ...rest] = scope.split(':');
  if (!resource || rest.length > 0 || (level !== 'read' && level !== 'write')) return null;
  if (resource === 'metadata') return { kind: 'metadata', subResource: 'tags', level };
  if (resource === 'metadata.types')
    return level === 'write' ? { kind: 'metadata', subResource: 'types', level } : null;
  if (rootOf(resource) === 'metadata') return null;
  if (resource.startsWith('edge.')) {
    const pattern = resource.slice('edge.'.length);
    return isPattern(pattern) ? { kind: 'edge', pattern, level } : null;
  }
  if (!isTypePattern(resource)) return null;
  if (rootOf(resource) === 'system' && level === 'write') return null;
  return { kind: 'type', pattern: resource, level };
}

function isPattern(pattern: string): boolean {
  return NamePatternSchema.safeParse(pattern).success;
}

/** A type is two segments or more; one segment is a type pattern only as `*` or with `.*`. */
function isTypePattern(pattern: string): boolean {
  return isPattern(pattern) && (pattern === '*' || pattern.includes('.'));
}

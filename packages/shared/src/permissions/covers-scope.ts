import { rootOf } from '../identifiers/type-identifier.ts';
import { parseScope } from './parse-scope.ts';
import { matchesPattern } from './resolve-pattern.ts';

/**
 * Decides whether everything that `asked` allows is allowed by `held` alone: `core.*:write` covers `core.note:read`. Write
 * covers read; reading a type covers reading its subtypes; `*` does not reach `system.*`.
 * @returns false for what is no scope.
 */
export function coversScope(held: string, asked: string): boolean {
  const wide = parseScope(held);
  const narrow = parseScope(asked);
  if (!wide || !narrow) return false;
  if (wide.kind === 'identity' || narrow.kind === 'identity') return held === asked;
  if (wide.level === 'read' && narrow.level === 'write') return false;
  if (wide.kind === 'metadata' || narrow.kind === 'metadata') {
    return wide.kind === narrow.kind && 'subResource' in wide && 'subResource' in narrow
      ? wide.subResource === narrow.subResource
      : false;
  }
  if (wide.kind !== narrow.kind) return false;
  if (narrow.kind === 'type' && wide.pattern === '*' && rootOf(narrow.pattern) === 'system') return false;
  if (coversPattern(wide.pattern, narrow.pattern)) return true;
  const below = wide.kind === 'type' && narrow.level === 'read';
  return below && coversPattern(`${wide.pattern}.*`, narrow.pattern);
}

/** @returns whether a permission pattern covers every name that another one covers. */
function coversPattern(wide: string, narrow: string): boolean {
  if (wide === narrow || wide === '*') return true;
  if (narrow === '*') return false;
  return wide.endsWith('.*') && matchesPattern(wide, narrow.endsWith('.*') ? narrow.slice(0, -2) : narrow);
}

import { prefixesOf } from '../identifiers/type-identifier.ts';

/** @returns whether a permission key covers `name`: exact, `x.*` (x itself and all below it), or `*`. */
export function matchesPattern(pattern: string, name: string): boolean {
  if (pattern === '*' || pattern === name) return true;
  if (!pattern.endsWith('.*')) return false;
  const prefix = pattern.slice(0, -2);
  return name === prefix || name.startsWith(`${prefix}.`);
}

/**
 * The value under the most specific pattern that covers `name`; it alone decides.
 * Exact beats `x.*`, a longer prefix beats a shorter one, anything beats `*`.
 * @returns undefined when nothing matches.
 */
export function resolvePattern<Value>(map: Readonly<Record<string, Value>>, name: string): Value | undefined {
  return resolveNamed(map, name) ?? own(map, '*');
}

/** As {@link resolvePattern}, without `*`. */
export function resolveNamed<Value>(map: Readonly<Record<string, Value>>, name: string): Value | undefined {
  const exact = own(map, name) ?? own(map, `${name}.*`);
  if (exact !== undefined) return exact;
  for (const prefix of prefixesOf(name)) {
    const value = own(map, `${prefix}.*`);
    if (value !== undefined) return value;
  }
  return undefined;
}

/** A map that came from JSON may hold any key; only its own ones count. */
export function own<Value>(map: Readonly<Record<string, Value>>, key: string): Value | undefined {
  return Object.hasOwn(map, key) ? map[key] : undefined;
}

import type { Properties } from '@withmarfa/shared';

/** Shallow merge in the manner of RFC 7396: a null removes. @returns JSON; unchanged properties keep their exact text. */
export function mergeProperties(row: { properties: string }, changes: Properties): string {
  const current = JSON.parse(row.properties) as Properties;
  const merged = withoutNulls({ ...current, ...changes });
  const touched = Object.keys(changes).some((key) => JSON.stringify(merged[key]) !== JSON.stringify(current[key]));
  return touched ? JSON.stringify(merged) : row.properties;
}

export function withoutNulls(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null));
}

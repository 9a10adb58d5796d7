import type { Properties } from '@withmarfa/shared';

/** Shallow merge in the manner of RFC 7396: a null removes. */
export function mergeProperties(current: Properties, changes: Properties): Properties {
  return withoutNulls({ ...current, ...changes });
}

export function withoutNulls(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== null && value !== undefined));
}

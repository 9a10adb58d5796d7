import type { Endpoint } from '@withmarfa/shared';

/**
 * Writes the address of a call.
 * @param query values as they are meant: lists are joined by commas, `undefined` is left out.
 */
export function toAddress(
  baseUrl: string,
  endpoint: Endpoint,
  parts: { path: Record<string, string>; query: Record<string, unknown> },
): string {
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parts.path[name] ?? ''));
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(parts.query)) {
    if (value !== undefined) search.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  const query = search.toString();
  return `${baseUrl.replace(/\/+$/, '')}${path}${query === '' ? '' : `?${query}`}`;
}

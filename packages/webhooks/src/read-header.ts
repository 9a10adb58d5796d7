import type { WebhookHeaders } from './webhook-types.ts';

/**
 * Reads one header.
 * @param name in lower case.
 * @returns its value, null when it is absent. What stands more than once, also under another spelling of its name, is
 *   joined by `, ` as Fetch does it: whoever parses the value sees that there are two, and picks neither.
 */
export function readHeader(headers: WebhookHeaders, name: string): string | null {
  if (isFetchHeaders(headers)) return headers.get(name);
  let found: string | null = null;
  // Unlike Object.keys, this makes no list; what is inherited is left out below.
  for (const key in headers) {
    if (key.length !== name.length || (key !== name && key.toLowerCase() !== name)) continue;
    if (!Object.hasOwn(headers, key)) continue;
    const value = headers[key];
    const text = typeof value === 'string' ? value : Array.isArray(value) && value.length > 0 ? value.join(', ') : null;
    if (text !== null) found = found === null ? text : `${found}, ${text}`;
  }
  return found;
}

/** By its shape: frameworks bring a class of their own. A header called `get` is a text, not a function. */
function isFetchHeaders(headers: WebhookHeaders): headers is Headers {
  return typeof headers.get === 'function';
}

import type { IncomingHttpHeaders } from 'node:http';

/** Of the connection, of proxies on the way, or secret: no handler needs them, and nothing secret is stored with a receipt. */
const LEFT_OUT = new Set([
  'authorization',
  'connection',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'keep-alive',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'via',
  // Google's channels prove themselves by sending the secret itself.
  'x-goog-channel-token',
  'x-real-ip',
]);

/** @returns what a handler is given of a delivery's headers, names in lower case. */
export function keptHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || LEFT_OUT.has(name) || name.startsWith('x-forwarded-')) continue;
    // Postgres keeps no NUL, and Node lets none through.
    kept[name] = Array.isArray(value) ? value.join(', ') : value;
  }
  return kept;
}

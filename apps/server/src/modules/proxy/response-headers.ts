import type { OutgoingHttpHeaders } from 'node:http';
import { isHopByHop, namedByConnection } from './hop-by-hop.ts';
import { readNames } from './read-names.ts';

/**
 * What of an upstream's answer would act on Marfa's own origin, or speak in Marfa's name. `X-Error-Code` is how a caller
 * tells a refusal by Marfa from an answer of the upstream. `Location` and `WWW-Authenticate` stay: they are the answer.
 */
const THEIRS_ALONE = new Set([
  'alt-svc',
  'clear-site-data',
  'content-security-policy',
  'content-security-policy-report-only',
  'idempotency-replayed',
  'nel',
  'origin-agent-cluster',
  'permissions-policy',
  'permissions-policy-report-only',
  'public-key-pins',
  'public-key-pins-report-only',
  'refresh',
  'report-to',
  'reporting-endpoints',
  'service-worker-allowed',
  'set-cookie',
  'set-cookie2',
  'sourcemap',
  'strict-transport-security',
  'timing-allow-origin',
  'x-dns-prefetch-control',
  'x-error-code',
  'x-frame-options',
  'x-request-id',
  'x-sourcemap',
]);
const THEIRS_ALONE_PREFIXES = ['access-control-', 'cross-origin-', 'x-marfa-'];
const RATE_PREFIX = 'x-ratelimit-';

type Kind = 'theirs alone' | 'caching' | 'rate' | 'plain';

function kindOf(key: string): Kind {
  if (THEIRS_ALONE.has(key) || isHopByHop(key)) return 'theirs alone';
  if (THEIRS_ALONE_PREFIXES.some((prefix) => key.startsWith(prefix))) return 'theirs alone';
  if (key === 'cache-control') return 'caching';
  return key.startsWith(RATE_PREFIX) ? 'rate' : 'plain';
}

const nameOf = readNames((key) => ({ key, kind: kindOf(key) }));

const POLICY = 'Content-Security-Policy';
/** No document of an upstream runs on Marfa's origin, whatever its type. */
const SANDBOX = "default-src 'none'; frame-ancestors 'none'; sandbox";

/**
 * Makes the headers of the answer to the caller. Where an upstream tells of its own rate, Marfa's says nothing: the
 * caller could not tell whose limit it reads.
 * @param raw of the upstream's answer, names and values in turns.
 * @param own what Marfa's answers carry.
 * @param vary what Marfa's answer itself depends on, such as `Origin`; undefined for nothing.
 * @returns names and values in turns.
 */
export function toCallerHeaders(raw: readonly string[], own: OutgoingHttpHeaders, vary?: string): string[] {
  const taken = Object.keys(own).map(nameOf);
  const named = namedByConnection(raw);
  const headers: string[] = [];
  let isCacheSaid = false;
  let isRateSaid = false;
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const { key, kind } = nameOf(name);
    if (kind === 'theirs alone' || named?.has(key)) continue;
    if (kind === 'caching') isCacheSaid = true;
    else if (kind === 'rate') isRateSaid = true;
    else if (taken.some((ours) => ours.key === key)) continue;
    headers.push(name, raw[index + 1] ?? '');
  }
  for (const name in own) {
    const { kind } = nameOf(name);
    const value = own[name];
    // What an upstream says of caching holds; ours is for when it says nothing.
    if (value === undefined || kind === 'caching' || (kind === 'rate' && isRateSaid)) continue;
    if (name !== POLICY) headers.push(name, String(value));
  }
  headers.push(POLICY, SANDBOX);
  if (!isCacheSaid) headers.push('Cache-Control', 'no-store');
  if (vary !== undefined) headers.push('Vary', vary);
  return headers;
}

import { isHopByHop, namedByConnection } from './hop-by-hop.ts';
import { readNames } from './read-names.ts';

/**
 * What of a caller's request is not the upstream's business: what says who the caller is to Marfa, where the request came
 * from, and how this connection works. `Content-Length` is written anew with the body. `Idempotency-Key` and
 * `Accept-Encoding` stay: both are between the caller and the upstream, and nothing is decoded on the way.
 */
const OWN = new Set([
  'authorization',
  'content-length',
  'cookie',
  'cookie2',
  'expect',
  'forwarded',
  'host',
  'via',
  'x-real-ip',
  'x-request-id',
]);
const OWN_PREFIXES = ['x-marfa-', 'x-forwarded-'];

const nameOf = readNames((key) => ({
  key,
  isKept: OWN.has(key) || isHopByHop(key) || OWN_PREFIXES.some((prefix) => key.startsWith(prefix)),
}));

/**
 * Makes the headers of the call to the upstream. Everything that has to go is gone before the credential is added, so
 * that nothing a caller names can take it away or double it.
 * @param raw of the caller's request, names and values in turns, as they were sent.
 * @param authorization the value of the header that opens the upstream.
 * @returns names and values in turns; the caller's own keep their order, spelling and repetitions.
 */
export function toUpstreamHeaders(raw: readonly string[], authorization: string): string[] {
  const named = namedByConnection(raw);
  const headers: string[] = [];
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] ?? '';
    const { key, isKept } = nameOf(name);
    if (!isKept && !named?.has(key)) headers.push(name, raw[index + 1] ?? '');
  }
  headers.push('Authorization', authorization);
  return headers;
}

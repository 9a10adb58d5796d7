import type { Response } from 'undici';

/** One request of a chain of redirects. */
export interface Hop {
  url: URL;
  method: string;
  headers: Headers;
  body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array> | null;
  signal: AbortSignal;
}

export interface Followed {
  /** The last answer. */
  response: Response;
  redirected: boolean;
  /** Where the unbroken run of permanent redirects at the start of the chain ends; null when there is none. */
  permanent: string | null;
}

const MAX_REDIRECTS = 10;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const PERMANENT = new Set([301, 308]);
const BODY_HEADERS = ['content-encoding', 'content-language', 'content-length', 'content-location', 'content-type'];
const ORIGIN_HEADERS = ['authorization', 'proxy-authorization', 'cookie', 'host'];

/**
 * Follows redirects by hand, so that each hop goes through the same rules as the first request.
 * @param options.send makes one request without following anything.
 * @throws TypeError after ten redirects, at a location that is no URL, when a streamed body would have to be sent
 *   again, and in mode `error` at any redirect.
 * @see Fetch Standard, "HTTP-redirect fetch"
 */
export async function followRedirects(
  first: Hop,
  options: { mode: RequestRedirect; send: (hop: Hop) => Promise<Response> },
): Promise<Followed> {
  let hop = first;
  let permanent: string | null = null;
  let unbroken = true;
  for (let count = 0; ; count += 1) {
    const response = await options.send(hop);
    const location = response.headers.get('location');
    if (!REDIRECTS.has(response.status) || location === null || options.mode === 'manual') {
      return { response, redirected: count > 0, permanent };
    }
    // What a redirect's own body says is read by nobody, and unread it would hold the connection.
    await response.body?.cancel();
    if (options.mode === 'error') throw new TypeError(`${hop.url.host} answered with a redirect`);
    if (count === MAX_REDIRECTS) throw new TypeError(`more than ${MAX_REDIRECTS} redirects from ${first.url.host}`);
    hop = nextHop(hop, response.status, location);
    unbroken &&= PERMANENT.has(response.status);
    if (unbroken) permanent = hop.url.href;
  }
}

function nextHop(hop: Hop, status: number, location: string): Hop {
  const url = URL.parse(location, hop.url.href);
  if (url === null) throw new TypeError(`${hop.url.host} redirects to something that is no URL`);
  if (url.hash === '') url.hash = hop.url.hash;
  const headers = new Headers(hop.headers);
  if (url.origin !== hop.url.origin) for (const name of ORIGIN_HEADERS) headers.delete(name);
  if (becomesGet(status, hop.method)) {
    for (const name of BODY_HEADERS) headers.delete(name);
    return { ...hop, url, headers, method: 'GET', body: null };
  }
  if (hop.body instanceof ReadableStream) {
    throw new TypeError(`${hop.url.host} redirects a request whose body was a stream and cannot be sent again`);
  }
  return { ...hop, url, headers };
}

function becomesGet(status: number, method: string): boolean {
  if (status === 303) return method !== 'GET' && method !== 'HEAD';
  return (status === 301 || status === 302) && method === 'POST';
}

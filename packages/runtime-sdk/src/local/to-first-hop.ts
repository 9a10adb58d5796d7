import type { Hop } from './follow-redirects.ts';

/**
 * Reads the arguments of a `fetch` call, as the platform's own `Request` understands them.
 * @throws TypeError for what `fetch` refuses as well.
 */
export async function toFirstHop(
  ...[input, init]: Parameters<typeof fetch>
): Promise<{ hop: Hop; redirect: RequestRedirect }> {
  const request = new Request(input, init);
  return {
    redirect: request.redirect,
    hop: {
      url: new URL(request.url),
      method: request.method,
      headers: new Headers(request.headers),
      body: await bodyOf(request, init?.body),
      signal: request.signal,
    },
  };
}

/** Bytes can be sent again after a redirect; a stream the caller made cannot, and is not gathered behind its back. */
async function bodyOf(request: Request, given: BodyInit | null | undefined): Promise<Hop['body']> {
  if (request.body === null) return null;
  return isStream(given) ? request.body : new Uint8Array(await request.arrayBuffer());
}

function isStream(body: unknown): boolean {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

import { MarfaError, toErrorEnvelope } from '@withmarfa/shared';
import type { EndpointRoute } from './endpoint-route.ts';
import type { SpaceCaller } from './space-caller.ts';

/** Where the harness's Marfa answers; nothing is sent there. */
export const SERVER_URL = 'https://marfa.test';

export interface MarfaFetchOptions {
  routes: readonly EndpointRoute[];
  connectionId: string;
  /** @returns who this bearer stands for; null for one that is not, or no longer, good. */
  authenticate: (bearer: string, request: Request) => SpaceCaller | null;
  /** Sends a proxied call on to the upstream. @throws MarfaError. */
  proxy: (request: Request, pathAndQuery: string) => Promise<Response>;
  /** Answers a call in Marfa's place, for outages; undefined leaves it to Marfa. */
  intercept: (request: Request) => Response | undefined | Promise<Response | undefined>;
}

/** Makes a `fetch` that reaches a Marfa in memory, and nothing else. */
export function createMarfaFetch(options: MarfaFetchOptions): typeof fetch {
  const proxyPath = `/connections/${options.connectionId}/proxy/`;

  async function answer(request: Request): Promise<Response> {
    const { pathname, search, searchParams } = new URL(request.url);
    const bearer = /^Bearer (.+)$/.exec(request.headers.get('authorization') ?? '')?.[1];
    const caller = bearer === undefined ? null : options.authenticate(bearer, request);
    if (caller === null) throw new MarfaError('unauthorized', 'This credential is not known, or not good any more.');
    if (pathname.startsWith(proxyPath)) return options.proxy(request, pathname.slice(proxyPath.length) + search);
    const raw = {
      method: request.method,
      path: pathname,
      query: Object.fromEntries(searchParams),
      body: await request.text(),
    };
    for (const route of options.routes) {
      const found = route.answer(raw, caller);
      if (found) return Response.json(found.body, { status: found.status });
    }
    throw new MarfaError('not_found', `The test harness serves no ${request.method} ${pathname}.`);
  }

  return async (input, init) => {
    const request = new Request(input, init);
    const intercepted = await options.intercept(request);
    if (intercepted) return intercepted;
    try {
      return await answer(request);
    } catch (error) {
      if (!MarfaError.is(error)) throw error;
      const headers = { 'x-error-code': error.code };
      return Response.json(toErrorEnvelope(error), { status: error.status, headers });
    }
  };
}

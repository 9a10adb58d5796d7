import type { Endpoint, HttpMethod } from '@withmarfa/shared';
import findMyWay from 'find-my-way';
import type { Handler, Mount, PublicHandler, PublicStreamHandler, StreamHandler } from './mount-endpoint.ts';
import { createPassageRoutes, type PassageRoutes } from './passage-routes.ts';
import type { RawHandler } from './raw-exchange.ts';

/** Longest part of a path that a route takes as a parameter; the schemas say what is right for each. */
const MAX_PARAM_LENGTH = 4096;
const METHODS: readonly HttpMethod[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

type Work =
  | { kind: 'plain'; handler: Handler<Endpoint> }
  | { kind: 'public'; handler: PublicHandler<Endpoint> }
  | { kind: 'stream'; handler: StreamHandler<Endpoint> }
  | { kind: 'public stream'; handler: PublicStreamHandler<Endpoint> }
  | { kind: 'own bearer'; handler: PublicHandler<Endpoint> }
  | { kind: 'raw'; handler: RawHandler }
  | { kind: 'probe'; handler: () => ReturnType<Handler<Endpoint>> };

/** An endpoint with what answers it. */
export interface ApiRoute {
  endpoint: Endpoint;
  work: Work;
  maxBodyBytes: number;
  /** First segment of the path, such as `items`: requests are counted by it. */
  area: string;
}

/** A route that fits a request, with the parts that the path gives. */
export interface RouteMatch {
  route: ApiRoute;
  params: Record<string, string | undefined>;
  /** What stands behind `?`, as it was sent. */
  search: string;
}

export interface ApiRoutes {
  mount: Mount;
  /** Every endpoint that is mounted. */
  mounted: readonly Endpoint[];
  passages: Pick<PassageRoutes, 'mounted' | 'match'>;
  /** @returns null when no endpoint has this method and path. A GET route answers HEAD as well. */
  match(method: string, url: string): RouteMatch | null;
  /** @returns the methods that endpoints at this path have, or its passage, such as `GET, HEAD, PATCH`; null where there is none. */
  allowed(url: string): string | null;
}

/** The endpoints of the API, found by method and path. Paths are case-sensitive; one slash at the end changes nothing. */
export function createApiRoutes(): ApiRoutes {
  const router = findMyWay({
    ignoreTrailingSlash: true,
    maxParamLength: MAX_PARAM_LENGTH,
    // Read later, and only for endpoints that look at it.
    querystringParser: (search) => search,
  });
  const unused = () => undefined;
  const mounted: Endpoint[] = [];
  const passages = createPassageRoutes();

  function add(endpoint: Endpoint, work: Work, maxBodyBytes = endpoint.maxBodyBytes): void {
    const area = endpoint.path.split('/', 2)[1] ?? '';
    const route: ApiRoute = { endpoint, work, maxBodyBytes, area };
    router.on(endpoint.method, endpoint.path.replaceAll(/\{(\w+)\}/g, ':$1'), unused, route);
    mounted.push(endpoint);
  }

  function find(method: HttpMethod, url: string): RouteMatch | null {
    const found = router.find(method, url);
    if (found === null) return null;
    return { route: found.store as ApiRoute, params: found.params, search: found.searchParams as unknown as string };
  }

  return {
    mounted,
    passages,
    mount: {
      passage: passages.mount,
      endpoint: (endpoint, handler) =>
        add(endpoint, { kind: 'plain', handler: handler as unknown as Handler<Endpoint> }),
      publicEndpoint: (endpoint, handler) =>
        add(endpoint, { kind: 'public', handler: handler as unknown as PublicHandler<Endpoint> }),
      streamEndpoint: (endpoint, handler, options) =>
        add(
          endpoint,
          { kind: 'stream', handler: handler as unknown as StreamHandler<Endpoint> },
          options?.maxBodyBytes,
        ),
      publicStreamEndpoint: (endpoint, handler) =>
        add(endpoint, { kind: 'public stream', handler: handler as unknown as PublicStreamHandler<Endpoint> }),
      ownBearerEndpoint: (endpoint, handler) =>
        add(endpoint, {
          kind: 'own bearer',
          handler: ((input, _caller, context) => handler(input as never, context)) as PublicHandler<Endpoint>,
        }),
      rawEndpoint: (endpoint, handler) => add(endpoint, { kind: 'raw', handler }),
      probe: (endpoint, handler) => add(endpoint, { kind: 'probe', handler }),
    },
    match: (method, url) => find((method === 'HEAD' ? 'GET' : method) as HttpMethod, url),
    allowed(url) {
      const methods = METHODS.filter((method) => find(method, url) !== null);
      if (methods.length === 0) return passages.allowed(url);
      return methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ');
    },
  };
}

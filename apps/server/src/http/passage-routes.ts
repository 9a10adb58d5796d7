import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Passage } from '@withmarfa/shared';
import type { Caller } from '../platform/caller.ts';
import type { Logger } from '../platform/logger.ts';

/** A request that goes on to somebody else, once its caller has been found and counted. */
export interface PassageExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  readonly logger: Logger;
  readonly caller: Caller;
  /** The `{id}` of the path. */
  readonly id: string;
  /** What stands at the end of the path, as it was sent; null when the path ends before it. */
  readonly rest: string | null;
  /** The query with its `?`, as it was sent; empty without one. */
  readonly search: string;
  /** What every answer of Marfa's own carries: security headers, and what is left of the caller's rate. */
  readonly headers: OutgoingHttpHeaders;
}

/** Answers by itself; what it throws before it has begun to is answered in the envelope. */
export type PassageHandler = (exchange: PassageExchange) => Promise<void>;

export interface PassageMatch extends Pick<PassageExchange, 'id' | 'rest' | 'search'> {
  passage: Passage;
  /** First segment of the path: requests are counted by it. */
  area: string;
  handler: PassageHandler;
}

export interface PassageRoutes {
  mount(passage: Passage, handler: PassageHandler): void;
  /** Every passage that is mounted. */
  mounted: readonly Passage[];
  /** @returns null when no passage has this method and path. */
  match(method: string, url: string): PassageMatch | null;
  /** @returns the methods of the passage at this address, such as `GET, HEAD`; null where there is none. */
  allowed(url: string): string | null;
}

interface Route {
  passage: Passage;
  handler: PassageHandler;
  /** What every address of it begins with: spares all others the pattern. */
  start: string;
  pattern: RegExp;
  area: string;
}

/** The form of a request to a proxy (RFC 9112 section 3.2.2), which a server has to take as well. */
const ABSOLUTE_FORM = /^https?:\/\/[^/?]*/i;

/**
 * The passages of the API. Their addresses are read as they were sent, without decoding anything: what follows the fixed
 * part belongs to somebody else.
 */
export function createPassageRoutes(): PassageRoutes {
  const routes: Route[] = [];

  function find(url: string): { route: Route; parts: RegExpExecArray } | null {
    const address = url.startsWith('/') ? url : url.replace(ABSOLUTE_FORM, '');
    for (const route of routes) {
      if (!address.startsWith(route.start)) continue;
      const parts = route.pattern.exec(address);
      if (parts) return { route, parts };
    }
    return null;
  }

  return {
    get mounted() {
      return routes.map(({ passage }) => passage);
    },
    mount(passage, handler) {
      const [start = '', fixed = ''] = passage.path.split(/\{\w+\}/, 2);
      // `/a/{id}/b/{path}`: the slash before the last part may be missing with it.
      const pattern = new RegExp(`^${start}([^/?]+)${fixed.replace(/\/$/, '')}(?:/([^?]*))?(\\?.*)?$`, 's');
      routes.push({ passage, handler, start, pattern, area: start.split('/', 2)[1] ?? '' });
    },
    match(method, url) {
      const found = find(url);
      if (found === null) return null;
      const { passage, handler, area } = found.route;
      if (!passage.methods.some((known) => known === method)) return null;
      const [, id = '', rest = null, search = ''] = found.parts;
      return { passage, handler, area, id, rest, search };
    },
    allowed: (url) => find(url)?.route.passage.methods.join(', ') ?? null,
  };
}

import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { HttpMethod } from '@withmarfa/shared';
import findMyWay from 'find-my-way';
import type { Logger } from '../platform/logger.ts';
import type { ClientIp } from './client-ip.ts';
import { parseJson } from './parse-json.ts';
import { toProtocolRefusal } from './protocol-error.ts';
import { type Parameters, readParameters, refuseFaults } from './protocol-parameters.ts';
import type { RateLimits } from './rate-limits.ts';
import { FORM_TYPE, mediaTypeOf, readBody } from './read-body.ts';
import { apiHeaders } from './security-headers.ts';
import { sendJson } from './send-answer.ts';

const MAX_BODY_BYTES = 65_536;
/** Bearers and secrets come in headers and bodies that a page has to set itself; cookies are never let through. */
const CORS_HEADERS = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'WWW-Authenticate, Retry-After, X-Request-ID, X-Error-Code',
};
const CORS_MAX_AGE_SECONDS = '600';

/** A request to an OAuth endpoint: parameters in a form, errors as the RFCs write them. */
export interface ProtocolRequest {
  headers: IncomingHttpHeaders;
  clientIp: string | null;
  method: string;
  /** Of the form in the body; of a JSON object with texts, where that is sent. @throws ProtocolError `invalid_request` */
  form(): Promise<Parameters>;
  /** The JSON body. @throws ProtocolError `invalid_request` */
  json(): Promise<unknown>;
}

export interface ProtocolAnswer {
  status: number;
  /** JSON; nothing when left out. */
  body?: unknown;
  headers?: OutgoingHttpHeaders;
}

export type ProtocolHandler = (request: ProtocolRequest) => Promise<ProtocolAnswer>;

/** How an endpoint differs from most. */
export interface ProtocolOptions {
  /** Whether pages of other sites may call it; false for what acts by a browser's cookie. Default true. */
  forOtherSites?: boolean;
}

/** Adds an endpoint that speaks a protocol of its own, in front of the pages and beside the API. */
export type MountProtocol = (
  method: HttpMethod,
  path: string,
  handler: ProtocolHandler,
  options?: ProtocolOptions,
) => void;

export interface ProtocolRoutes {
  mount: MountProtocol;
  /** @returns false when no such endpoint is there. */
  serve(request: IncomingMessage, response: ServerResponse, requestId: string): boolean;
}

interface Route {
  handler: ProtocolHandler;
  path: string;
  forOtherSites: boolean;
}

export interface ProtocolDeps {
  logger: Logger;
  clientIp: ClientIp;
  rateLimits: RateLimits | null;
  hsts: boolean;
}

/** The endpoints of the OAuth provider, on `node:http` like the API: introspection is as hot as anything there. */
export function createProtocolRoutes({ logger, clientIp, rateLimits, hsts }: ProtocolDeps): ProtocolRoutes {
  const router = findMyWay({ ignoreTrailingSlash: true, querystringParser: (search) => search });
  const paths = new Map<string, HttpMethod[]>();

  async function work(
    { request, response, requestId }: { request: IncomingMessage; response: ServerResponse; requestId: string },
    { handler, path, forOtherSites }: Route,
  ): Promise<void> {
    const headers: OutgoingHttpHeaders = {
      ...apiHeaders(requestId, { hsts }),
      ...(forOtherSites ? CORS_HEADERS : {}),
      'Cache-Control': 'no-store',
    };
    const exchange = { request, response, headers, logger, requestId };
    try {
      const address = clientIp(request);
      const method = request.method ?? 'GET';
      await rateLimits?.count({ method, path, area: 'auth', clientIp: address }, null, headers);
      const answer = await handler(toProtocolRequest({ request, response, clientIp: address }));
      Object.assign(headers, answer.headers);
      sendJson(exchange, answer.status, answer.body);
    } catch (thrown) {
      const refusal = toProtocolRefusal(thrown);
      if (refusal.status >= 500) logger.error({ request_id: requestId, error: thrown }, 'request failed');
      Object.assign(headers, refusal.headers, { 'X-Error-Code': refusal.body.code });
      sendJson(exchange, refusal.status, refusal.body);
    }
  }

  return {
    mount(method, path, handler, { forOtherSites = true } = {}) {
      const route: Route = { handler, path, forOtherSites };
      router.on(method, path, () => undefined, route);
      if (forOtherSites) paths.set(path, [...(paths.get(path) ?? []), method]);
    },
    serve(request, response, requestId) {
      const method = request.method ?? 'GET';
      const url = request.url ?? '/';
      if (method === 'OPTIONS') return answerPreflight(paths, { request, response });
      const found = router.find((method === 'HEAD' ? 'GET' : method) as HttpMethod, url);
      if (found === null) return false;
      void work({ request, response, requestId }, found.store as Route);
      return true;
    },
  };
}

function answerPreflight(
  paths: ReadonlyMap<string, readonly HttpMethod[]>,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): boolean {
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  const methods = paths.get(path);
  if (!methods) return false;
  response
    .writeHead(204, {
      ...CORS_HEADERS,
      'Access-Control-Allow-Methods': methods.join(', '),
      'Access-Control-Allow-Headers': 'Authorization, Content-Type, MCP-Protocol-Version',
      'Access-Control-Max-Age': CORS_MAX_AGE_SECONDS,
      Allow: `OPTIONS, ${methods.join(', ')}`,
    })
    .end();
  return true;
}

function toProtocolRequest({
  request,
  response,
  clientIp,
}: {
  request: IncomingMessage;
  response: ServerResponse;
  clientIp: string | null;
}): ProtocolRequest {
  const text = (type?: RegExp) =>
    readBody(request, response, { maxBodyBytes: MAX_BODY_BYTES, ...(type ? { type } : {}) });
  const json = async () => {
    const { value, issues } = parseJson(await text());
    refuseFaults(issues.map(({ path, message }) => ({ name: path, message })));
    return value;
  };
  const parse = (encoded: string) => {
    const { parameters, faults } = readParameters(encoded);
    refuseFaults(faults);
    return parameters;
  };
  return {
    headers: request.headers,
    clientIp,
    method: request.method ?? 'GET',
    json,
    async form() {
      if (mediaTypeOf(request) !== 'application/json') return parse(await text(FORM_TYPE));
      const value = await json();
      return parse(new URLSearchParams(textsOf(value)).toString());
    },
  };
}

function textsOf(value: unknown): [string, string][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuseFaults([{ name: 'the body', message: 'must be an object' }]);
    return [];
  }
  const entries = Object.entries(value).filter(([, entry]) => entry !== null && entry !== undefined);
  refuseFaults(
    entries.filter(([, entry]) => typeof entry !== 'string').map(([name]) => ({ name, message: 'must be a text' })),
  );
  return entries as [string, string][];
}

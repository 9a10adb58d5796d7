import type { IncomingMessage, OutgoingHttpHeaders, RequestListener, ServerResponse } from 'node:http';
import { type Endpoint, MarfaError } from '@withmarfa/shared';
import type { Caller } from '../platform/caller.ts';
import type { Logger } from '../platform/logger.ts';
import type { ApiRoutes, RouteMatch } from './api-routes.ts';
import type { Authenticate } from './bearer-authentication.ts';
import type { ClientIp } from './client-ip.ts';
import type { SetCorsHeaders } from './cors.ts';
import type { Exchange } from './exchange.ts';
import { handle } from './handle.ts';
import type { Idempotency } from './idempotency.ts';
import { unauthorized } from './mount-endpoint.ts';
import type { PassageMatch } from './passage-routes.ts';
import type { ProtocolRoutes } from './protocol-routes.ts';
import { raiseHop } from './raise-hop.ts';
import type { RateLimits } from './rate-limits.ts';
import { logWhenAnswered, requestIdFor, setRequestId } from './request-log.ts';
import { apiHeaders } from './security-headers.ts';
import { sendError } from './send-answer.ts';

/** What is no endpoint of the API counts as one area, however many addresses somebody thinks of. */
const ELSEWHERE = 'elsewhere';

/** What every API request passes, in this order. */
export interface ApiPipeline {
  logger: Logger;
  newId(): string;
  routes: ApiRoutes;
  /** What speaks a protocol of its own. */
  protocol: Pick<ProtocolRoutes, 'serve'>;
  clientIp: ClientIp;
  /** What a request without a good credential is told of how to get one (RFC 6750 section 3, RFC 9728 section 5). */
  challenge: (request: IncomingMessage) => string;
  /** Null when no other origin may read answers. */
  cors: SetCorsHeaders | null;
  authenticate: Authenticate;
  /** Null when requests are not limited. */
  rateLimits: RateLimits | null;
  idempotency: Idempotency;
  /** Whether browsers are told to come back by https alone. */
  hsts: boolean;
  /** Answers what is no endpoint of the API. */
  fallback: RequestListener;
}

/** The server's one door: endpoints of the API are answered here, everything else by the fallback. */
export function createApiListener(pipeline: ApiPipeline): RequestListener {
  const { logger, newId, routes } = pipeline;
  return (request, response) => {
    const requestId = requestIdFor(request, newId);
    if (logger.isLevelEnabled('debug')) logWhenAnswered(logger, { request, response, requestId });
    const match = routes.match(request.method ?? 'GET', request.url ?? '/');
    if (match === null) {
      const passage = routes.passages.match(request.method ?? 'GET', request.url ?? '/');
      if (passage !== null) {
        void servePassage(pipeline, passage, { request, response, requestId });
        return;
      }
      if (pipeline.protocol.serve(request, response, requestId)) return;
      setRequestId(response, requestId);
      if (request.method === 'OPTIONS' && answerOptions(pipeline, request, response)) return;
      void serveElsewhere(pipeline, { request, response, requestId });
      return;
    }
    void serve(pipeline, openExchange(pipeline, { request, response, match, requestId }));
  };
}

/** Counts a request for a page, or for nothing, by its address, and hands it on. */
async function serveElsewhere(
  { rateLimits, clientIp, fallback, logger, hsts }: ApiPipeline,
  { request, response, requestId }: { request: IncomingMessage; response: ServerResponse; requestId: string },
): Promise<void> {
  if (rateLimits !== null) {
    const headers: OutgoingHttpHeaders = {};
    const [path = '/'] = (request.url ?? '/').toLowerCase().split('?', 1);
    const counted = { method: request.method ?? 'GET', path, area: ELSEWHERE, clientIp: clientIp(request) };
    try {
      await rateLimits.count(counted, null, headers);
    } catch (thrown) {
      sendError(
        { request, response, logger, requestId, headers: { ...apiHeaders(requestId, { hsts }), ...headers } },
        thrown,
      );
      return;
    }
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) response.setHeader(name, value);
  }
  if (request.headers.expect !== undefined) response.writeContinue();
  fallback(request, response);
}

/** @returns false when no endpoint is there. */
function answerOptions({ routes, cors }: ApiPipeline, request: IncomingMessage, response: ServerResponse): boolean {
  const allowed = routes.allowed(request.url ?? '/');
  if (allowed === null) return false;
  cors?.(request, response);
  response.writeHead(204, { Allow: `OPTIONS, ${allowed}` }).end();
  return true;
}

function openExchange(
  { logger, clientIp, hsts }: ApiPipeline,
  parts: { request: IncomingMessage; response: ServerResponse; match: RouteMatch; requestId: string },
): Exchange {
  return {
    ...parts,
    logger,
    clientIp: clientIp(parts.request),
    headers: apiHeaders(parts.requestId, { hsts }),
  };
}

async function serve(pipeline: ApiPipeline, exchange: Exchange): Promise<void> {
  try {
    pipeline.cors?.(exchange.request, exchange.response);
    const { work, endpoint } = exchange.match.route;
    if (work.kind === 'raw') {
      await work.handler({ ...exchange, params: exchange.match.params });
      return;
    }
    const ownBearer = work.kind === 'own bearer';
    const place = { path: endpoint.path, area: exchange.match.route.area, ownBearer };
    const caller = work.kind === 'probe' ? null : await identify(pipeline, exchange, place);
    if (work.kind === 'plain' || work.kind === 'stream') admit(endpoint, caller);
    await handle(exchange, { caller, idempotency: pipeline.idempotency });
  } catch (thrown) {
    refuse(pipeline, exchange, thrown);
  }
}

function refuse({ challenge }: ApiPipeline, exchange: Parameters<typeof sendError>[0], thrown: unknown): void {
  // A lost upstream account is no fault of the credential that the caller brought.
  if (MarfaError.is(thrown) && thrown.status === 401 && thrown.code !== 'reauth_required')
    exchange.headers['WWW-Authenticate'] = challenge(exchange.request);
  sendError(exchange, thrown);
}

/** As for any endpoint: who calls is found and counted. All else is left to who answers. */
async function servePassage(
  pipeline: ApiPipeline,
  { passage, area, handler, id, rest, search }: PassageMatch,
  parts: { request: IncomingMessage; response: ServerResponse; requestId: string },
): Promise<void> {
  const { logger, hsts } = pipeline;
  const clientIp = pipeline.clientIp(parts.request);
  const exchange = { ...parts, logger, clientIp, headers: apiHeaders(parts.requestId, { hsts }) };
  try {
    pipeline.cors?.(exchange.request, exchange.response);
    const caller = await identify(pipeline, exchange, { path: passage.path, area });
    if (caller === null) throw unauthorized();
    await handler({ ...exchange, caller, id, rest, search });
  } catch (thrown) {
    refuse(pipeline, exchange, thrown);
  }
}

/** Finds out who calls, and counts the call. One without a good credential counts for its address: guessing is limited. */
async function identify(
  { authenticate, rateLimits }: ApiPipeline,
  { request, clientIp, headers }: Pick<Exchange, 'request' | 'clientIp' | 'headers'>,
  { path, area, ownBearer = false }: { path: string; area: string; ownBearer?: boolean },
): Promise<Caller | null> {
  const counted = { method: request.method ?? 'GET', path, area, clientIp };
  let caller: Caller | null;
  try {
    const known = await authenticate(ownBearer ? undefined : request.headers.authorization, clientIp);
    caller = known && raiseHop(known, request.headers);
  } catch (refusal) {
    if (MarfaError.is(refusal, 'unauthorized')) await rateLimits?.count(counted, null, headers);
    throw refusal;
  }
  if (caller !== null || ownBearer) headers['Cache-Control'] = 'no-store';
  await rateLimits?.count(counted, caller, headers);
  return caller;
}

/** @throws MarfaError `unauthorized` or `forbidden` when the caller is not of the endpoint's audience. */
function admit(endpoint: Endpoint, caller: Caller | null): asserts caller is Caller {
  if (caller === null) throw unauthorized();
  switch (endpoint.audience) {
    case 'anyone':
    case 'credential':
      return;
    case 'space-admin':
      if (caller.role === 'admin' || caller.role === 'tenant_admin') return;
      throw new MarfaError('forbidden', 'This needs an admin or tenant_admin credential.');
    case 'platform':
      if (caller.isPlatform) return;
      throw new MarfaError('forbidden', 'This needs a platform credential: an admin key without a tenant.');
    default:
      endpoint.audience satisfies never;
  }
}

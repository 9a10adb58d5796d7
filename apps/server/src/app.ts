import type { IncomingMessage, RequestListener } from 'node:http';
import { getHealth, getReadiness, MANIFEST_JSON_SCHEMA_PATH, manifestJsonSchema } from '@withmarfa/shared';
import express, { type Express, type Router } from 'express';
import type { Environment } from './env.ts';
import { type ApiPipeline, createApiListener } from './http/api-listener.ts';
import { type ApiRoutes, createApiRoutes } from './http/api-routes.ts';
import { assertRoutesDocumented } from './http/assert-routes-documented.ts';
import type { Authenticate } from './http/bearer-authentication.ts';
import { type ClientIp, createClientIp } from './http/client-ip.ts';
import { createCors } from './http/cors.ts';
import { errorResponse, notFound } from './http/error-response.ts';
import type { Idempotency } from './http/idempotency.ts';
import { answer, type Mount } from './http/mount-endpoint.ts';
import { createProtocolRoutes, type MountProtocol } from './http/protocol-routes.ts';
import type { RateLimits } from './http/rate-limits.ts';
import { pageHeaders } from './http/security-headers.ts';
import type { Logger } from './platform/logger.ts';
import type { Platform } from './platform/platform.ts';
import type { Readiness } from './platform/readiness.ts';

/** What the app is put together from: the modules' API routes, and the pages, which bring their own parsing. */
export interface AppParts {
  platform: Pick<Platform, 'logger' | 'newId'>;
  authenticate: Authenticate;
  mountApi: (mount: Mount) => void;
  mountProtocol: (mount: MountProtocol) => void;
  challenge: ApiPipeline['challenge'];
  pages: Router;
  rateLimits: RateLimits | null;
  idempotency: Idempotency;
  readiness: Readiness;
  settings: Pick<Environment, 'trustedProxies' | 'corsOrigins' | 'hsts'>;
}

/** Puts the API in front of the pages; no socket is opened. */
export function createApp(parts: AppParts): RequestListener {
  const { authenticate, challenge, mountApi, mountProtocol, pages, rateLimits, idempotency, readiness, settings } =
    parts;
  const { logger, newId } = parts.platform;
  const { hsts } = settings;
  const clientIp = createClientIp(settings.trustedProxies);
  const routes = createApiRoutes();
  routes.mount.probe(getHealth, async () => answer(200, { status: 'ok' }));
  routes.mount.probe(getReadiness, async () => answer(200, { status: 'ready', parts: await readiness.require() }));
  mountApi(routes.mount);
  assertRoutesDocumented(routes.mounted, routes.passages.mounted);
  const fallback = createPagesApp({ logger, pages, hsts, clientIp, allowed: routes.allowed }) as RequestListener;
  const protocol = createProtocolRoutes({ logger, clientIp, rateLimits, hsts });
  mountProtocol(protocol.mount);
  const cors = createCors(settings.corsOrigins);
  return createApiListener({
    logger,
    newId,
    routes,
    protocol,
    challenge,
    clientIp,
    cors,
    authenticate,
    rateLimits,
    idempotency,
    hsts,
    fallback,
  });
}

interface PagesApp {
  logger: Logger;
  pages: Router;
  hsts: boolean;
  clientIp: ClientIp;
  allowed: ApiRoutes['allowed'];
}

/** What is no endpoint of the API: the pages, and the schema file. */
function createPagesApp({ logger, pages, hsts, clientIp, allowed }: PagesApp): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  // Pages see the same address as the API does; Express' own reading takes whatever a proxy lets through.
  Object.defineProperty(app.request, 'ip', {
    get(this: IncomingMessage) {
      return clientIp(this) ?? undefined;
    },
  });
  app.use(pageHeaders({ hsts }));
  app.use(pages);

  const manifestSchema = JSON.stringify(manifestJsonSchema());
  app.get(MANIFEST_JSON_SCHEMA_PATH, (_request, response) => {
    response.type('application/schema+json').set('Cache-Control', 'public, max-age=3600').send(manifestSchema);
  });

  app.use(notFound(allowed));
  app.use(errorResponse(logger));
  return app;
}

import type { RequestListener } from 'node:http';
import { getHealth, MANIFEST_JSON_SCHEMA_PATH, manifestJsonSchema } from '@withmarfa/shared';
import express, { type Express, type Router } from 'express';
import { createApiListener } from './http/api-listener.ts';
import { type ApiRoutes, createApiRoutes } from './http/api-routes.ts';
import { assertRoutesDocumented } from './http/assert-routes-documented.ts';
import type { Authenticate } from './http/bearer-authentication.ts';
import { errorResponse, notFound } from './http/error-response.ts';
import { answer, type Mount } from './http/mount-endpoint.ts';
import { pageHeaders } from './http/security-headers.ts';
import type { Platform } from './platform/platform.ts';

/** What the app is put together from: the modules' API routes, and the pages, which bring their own parsing. */
export interface AppParts {
  platform: Pick<Platform, 'logger' | 'newId'>;
  authenticate: Authenticate;
  mountApi: (mount: Mount) => void;
  pages: Router;
}

/** Puts the API in front of the pages; no socket is opened. */
export function createApp({ platform, authenticate, mountApi, pages }: AppParts): RequestListener {
  const { logger, newId } = platform;
  const routes = createApiRoutes();
  routes.mount.probe(getHealth, async () => answer(200, { status: 'ok' }));
  mountApi(routes.mount);
  assertRoutesDocumented(routes.mounted);
  const fallback = createPagesApp({ platform, pages }, routes.allowed) as RequestListener;
  return createApiListener({ logger, newId, routes, authenticate, fallback });
}

/** What is no endpoint of the API: the pages, and the schema file. */
function createPagesApp(
  { platform, pages }: Pick<AppParts, 'platform' | 'pages'>,
  allowed: ApiRoutes['allowed'],
): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(pageHeaders());
  app.use(pages);

  const manifestSchema = JSON.stringify(manifestJsonSchema());
  app.get(MANIFEST_JSON_SCHEMA_PATH, (_request, response) => {
    response.type('application/schema+json').set('Cache-Control', 'public, max-age=3600').send(manifestSchema);
  });

  app.use(notFound(allowed));
  app.use(errorResponse(platform.logger));
  return app;
}

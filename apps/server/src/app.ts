import { bulkItems, getHealth, MANIFEST_JSON_SCHEMA_PATH, manifestJsonSchema } from '@withmarfa/shared';
import express, { type Express, Router } from 'express';
import helmet from 'helmet';
import { errorResponse, notFound } from './http/error-response.ts';
import { type Authenticate, answer, createMount, type Mount } from './http/mount-endpoint.ts';
import { requestLog } from './http/request-log.ts';
import type { Platform } from './platform/platform.ts';

const BODY_LIMIT = '1mb';
/** A bulk call carries up to 5,000 items. */
const BULK_BODY_LIMIT = '16mb';

/** What the app is put together from: the modules' API routes, and the pages, which bring their own parsing. */
export interface AppParts {
  platform: Pick<Platform, 'logger' | 'newId'>;
  authenticate: Authenticate;
  mountApi: (mount: Mount) => void;
  pages: Router;
}

/** Builds the Express app; no socket is opened. */
export function createApp({ platform, authenticate, mountApi, pages }: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('query parser', 'simple');
  app.use(requestLog(platform.logger, platform.newId));
  app.use(securityHeaders());

  const json = (limit: string) => express.json({ limit, strict: false, type: 'application/json' });
  app.use(bulkItems.path, json(BULK_BODY_LIMIT));
  app.use(json(BODY_LIMIT));

  // Before authentication: a probe with a stale credential still learns that the server is up.
  const open = Router();
  createMount(open, async () => null).publicEndpoint(getHealth, async () => answer(200, { status: 'ok' }));
  app.use(open);

  const api = Router();
  const mount = createMount(api, authenticate);
  mountApi(mount);
  app.use(api);
  app.use(pages);

  const manifestSchema = JSON.stringify(manifestJsonSchema());
  app.get(MANIFEST_JSON_SCHEMA_PATH, (_request, response) => {
    response.type('application/schema+json').set('Cache-Control', 'public, max-age=3600').send(manifestSchema);
  });

  app.use(notFound);
  app.use(errorResponse(platform.logger));
  return app;
}

/** No script at all, no frames, no third parties: pages are plain documents with one stylesheet of their own. */
function securityHeaders() {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        'default-src': ["'none'"],
        'style-src': ["'self'"],
        'img-src': ["'self'", 'data:'],
        'form-action': ["'self'"],
        'base-uri': ["'none'"],
        'frame-ancestors': ["'none'"],
      },
    },
    strictTransportSecurity: false,
    referrerPolicy: { policy: 'same-origin' },
  });
}

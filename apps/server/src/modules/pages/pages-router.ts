import { MarfaError } from '@withmarfa/shared';
import cookieParser from 'cookie-parser';
import {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
  Router,
  urlencoded,
} from 'express';
import { findJsonFaults } from '../../http/find-json-faults.ts';
import { requestIdOf } from '../../http/request-log.ts';
import { asStorageFault } from '../../platform/database/storage-fault.ts';
import { mountAccountPages } from './account-routes.tsx';
import { mountConnectionPages } from './connection-routes.tsx';
import { mountDevicePages } from './device-routes.tsx';
import { mountDocsPages } from './docs-routes.tsx';
import { createFormProtection } from './form-protection.ts';
import { mountInstallPages } from './install-routes.tsx';
import { mountOAuthPages } from './oauth-routes.tsx';
import type { PageRoutes, PagesDeps, PageTools } from './page-context.ts';
import { mountPasswordPages } from './password-routes.tsx';
import { renderPage } from './render-page.ts';
import { SAMPLE_FEED_PATH, sampleFeed } from './sample-feed.ts';
import { mountSecurityPages } from './security-routes.tsx';
import { mountSignUpPages } from './sign-up-routes.tsx';
import { mountSpacePages } from './space-routes.tsx';
import { STYLESHEET } from './stylesheet.ts';
import { mountUpstreamPages } from './upstream-routes.tsx';
import { ErrorPage } from './views/account-pages.tsx';

/** The server-rendered pages: everything works without script. */
export function createPages(deps: PagesDeps): Router {
  const { platform, accounts, secure, baseUrl, localUrl } = deps;
  const router = Router();
  const forms = createFormProtection({ authKeys: platform.authKeys, secure, baseUrl });

  router.get('/assets/marfa.css', (_request, response) => {
    response.type('css').set('Cache-Control', 'public, max-age=300').send(STYLESHEET);
  });
  router.get(SAMPLE_FEED_PATH, (_request, response) => {
    response.type('application/rss+xml').send(sampleFeed(localUrl()));
  });

  mountDocsPages(router, () => baseUrl ?? localUrl().replace('127.0.0.1', 'localhost'));

  const pages = Router();
  const routes = pageRoutes(pages);

  async function signedIn(request: Request, response: Response) {
    const session = await accounts.signedIn(request.get('cookie'), request.ip ?? null);
    if (session) response.append('Set-Cookie', session.cookies);
    return session;
  }
  const tools: PageTools = {
    ...deps,
    ...forms,
    logger: platform.logger,
    signedIn,
    async requireSignedIn(request: Request, response: Response) {
      const session = await signedIn(request, response);
      if (!session)
        response.redirect(
          303,
          `/auth/sign-in?return_to=${encodeURIComponent(request.method === 'GET' ? request.originalUrl : '/')}`,
        );
      return session;
    },
  };
  mountAccountPages(routes, tools);
  mountSignUpPages(routes, tools);
  mountPasswordPages(routes, tools);
  mountSecurityPages(routes, tools);
  mountSpacePages(routes, tools);
  mountConnectionPages(routes, tools);
  mountInstallPages(routes, tools);
  mountUpstreamPages(routes, tools);
  mountOAuthPages(routes, tools);
  mountDevicePages(routes, tools);
  pages.use(pageFault(deps));
  router.use(pages);
  return router;
}

/** What takes in a request comes with each route: what no page serves is none of the pages' business. */
function pageRoutes(pages: Router): PageRoutes {
  const takeIn = [cookieParser(), urlencoded({ extended: false, limit: '100kb' }), refuseOddText];
  return {
    get: (path, ...handlers) => void pages.get(path, takeIn, ...handlers),
    post: (path, ...handlers) => void pages.post(path, takeIn, ...handlers),
    getUnjudged: (path, ...handlers) => void pages.get(path, cookieParser(), ...handlers),
  };
}

const refuseOddText: RequestHandler = (request, _response, next) => {
  const [odd] = findJsonFaults([decodeURIComponent(request.path), request.query, request.body]).issues;
  if (odd) throw new MarfaError('validation_error', `The request cannot be used: ${odd.message}.`);
  next();
};

/** Faults on the way to a page are told on a page. */
function pageFault({ platform }: PagesDeps): ErrorRequestHandler {
  return (thrown, _request, response, next) => {
    const error = asStorageFault(thrown);
    if (response.headersSent || !MarfaError.is(error)) {
      next(thrown);
      return;
    }
    if (error.status >= 500) platform.logger.error({ request_id: requestIdOf(response), error: thrown }, 'page failed');
    response.set('X-Error-Code', error.code);
    const title =
      error.status === 404 ? 'Not found' : error.status >= 500 ? 'Something went wrong' : 'That did not work';
    renderPage(response, ErrorPage({ title, message: error.message, code: error.code }), error.status);
  };
}

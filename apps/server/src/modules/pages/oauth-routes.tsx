import { MarfaError } from '@withmarfa/shared';
import type { Request, Response } from 'express';
import type { SignedIn } from '../auth/index.ts';
import { type AuthorizeOutcome, type ConsentQuestion, placeOf } from '../oauth/index.ts';
import { formFields, formList } from './form-fields.ts';
import { keepOpener, letFormsLeadToApp } from './form-target.ts';
import type { PageRoutes, PageTools } from './page-context.ts';
import { renderPage } from './render-page.ts';
import { ErrorPage } from './views/account-pages.tsx';
import { ConsentPage } from './views/consent-page.tsx';

/** The person's side of "Sign in with Marfa": signing in on the way, the question, and the answer. */
export function mountOAuthPages(router: PageRoutes, tools: PageTools): void {
  const { oauth, csrfToken, protectForm, signedIn, requireSignedIn } = tools;

  const authorize = async (request: Request, response: Response) => {
    const query = request.originalUrl.split('?').slice(1).join('?');
    const session = await signedIn(request, response);
    const issuer = oauth.issuerOf(request.headers);
    const outcome = await oauth.authorize.begin(query, { issuer, cookie: request.get('cookie') ?? '', session });
    keepOpener(response);
    answer(outcome, { request, response, session });
  };

  function answer(
    outcome: AuthorizeOutcome,
    { request, response, session }: { request: Request; response: Response; session: SignedIn | null },
  ): void {
    response.set('Cache-Control', 'no-store');
    switch (outcome.kind) {
      case 'page':
        renderPage(response, <ErrorPage title="This app cannot go on" message={outcome.message} />, 400);
        return;
      case 'redirect':
        response.redirect(302, outcome.to.href);
        return;
      case 'sign-in':
      case 'sign-up':
        response.redirect(302, `/auth/${outcome.kind}?return_to=${encodeURIComponent(outcome.returnTo)}`);
        return;
      case 'consent':
        if (session) ask(outcome.question, { request, response, session });
        return;
      default:
        outcome satisfies never;
    }
  }

  function ask(
    { client, redirectUri, scopes, before, signed }: ConsentQuestion,
    { request, response, session }: { request: Request; response: Response; session: SignedIn },
  ): void {
    letFormsLeadToApp(response, redirectUri);
    renderPage(
      response,
      <ConsentPage
        owner={{ name: session.user.name, csrf: csrfToken(request, response) }}
        email={session.user.email}
        app={{ ...client, isVouchedFor: client.origin === 'admin' }}
        returnsTo={placeOf(redirectUri)}
        asked={scopes}
        granted={before?.scopes ?? null}
        action="/auth/authorize/decision"
        hidden={{ oauth_query: signed }}
      />,
    );
  }

  router.getUnjudged('/auth/authorize', authorize);
  router.getUnjudged('/auth/oauth2/authorize', authorize);
  // From another site the session's cookie does not come with a form; it comes with the request that this leads to.
  router.post('/auth/oauth2/authorize', (request, response) => {
    response.redirect(303, `/auth/authorize?${new URLSearchParams(formPairs(request))}`);
  });

  router.post('/auth/authorize/decision', protectForm, async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const { oauth_query: signed = '', decision } = formFields(request);
    if (decision !== 'accept' && decision !== 'deny')
      throw new MarfaError('validation_error', 'The form did not say accept or deny.');
    const to = await oauth.authorize.decide(
      { signed, accept: decision === 'accept', scopes: formList(request, 'scopes') },
      {
        issuer: oauth.issuerOf(request.headers),
        cookie: request.get('cookie') ?? '',
        session,
        clientIp: request.ip ?? null,
      },
    );
    keepOpener(response);
    response.set('Cache-Control', 'no-store').redirect(302, to.href);
  });
}

/** A posted form as it was sent; what comes twice stays twice, and is judged where the rest is. */
function formPairs(request: Request): [string, string][] {
  return Object.entries((request.body ?? {}) as Record<string, string | string[]>).flatMap(([name, value]) =>
    [value].flat().map((each): [string, string] => [name, each]),
  );
}

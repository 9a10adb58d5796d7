import { MarfaError } from '@withmarfa/shared';
import type { Request, Response } from 'express';
import type { Caller } from '../../platform/caller.ts';
import type { CallbackOutcome } from '../upstream-oauth/index.ts';
import { queryText } from './form-tools.tsx';
import type { PageRoutes, PageTools } from './page-context.ts';
import { renderPage } from './render-page.ts';
import { OAuthOutcomePage } from './views/oauth-outcome-page.tsx';

/** The person's way to an upstream and back. */
export function mountUpstreamPages(routes: PageRoutes, tools: PageTools): void {
  const { bootstrap, oauth, authenticate, requireSignedIn, signedIn } = tools;

  /** Whoever runs the space may begin: signed in, or with a key. */
  async function beginner(
    request: Request,
    response: Response,
  ): Promise<{ caller: Caller; userId: string | null } | null> {
    const caller = await authenticate(request.get('authorization'), request.ip ?? null);
    if (caller) return { caller, userId: null };
    const session = await requireSignedIn(request, response);
    return session && { caller: session.caller, userId: session.user.id };
  }

  async function start(request: Request, response: Response, connectionId: string): Promise<void> {
    const begun = await beginner(request, response);
    if (!begun) return;
    if (begun.caller.role === 'member')
      throw new MarfaError('forbidden', 'Connecting an account needs an admin or tenant_admin credential.');
    const { authorize_url } = await bootstrap.start(begun.caller, connectionId, {
      redirectUri: queryText(request, 'redirect_uri') || undefined,
      scope: queryText(request, 'scope') || undefined,
      userId: begun.userId,
      origin: oauth.issuerOf(request.headers),
    });
    response.set('Cache-Control', 'no-store').redirect(302, authorize_url);
  }

  routes.get('/connections/:id/oauth/start', (request, response) =>
    start(request, response, String(request.params.id)),
  );
  routes.get('/oauth/start', (request, response) => start(request, response, queryText(request, 'connection_id')));

  routes.get('/oauth/callback/:provider', async (request, response) => {
    // The address holds a code: nobody is told it, and it is not kept.
    response.set('Referrer-Policy', 'no-referrer').set('Cache-Control', 'no-store');
    const session = await signedIn(request, response);
    const outcome = await bootstrap.finish(
      {
        provider: String(request.params.provider),
        state: queryText(request, 'state'),
        code: queryText(request, 'code') || undefined,
        error: queryText(request, 'error') || undefined,
      },
      session?.user.id ?? null,
    );
    renderPage(
      response,
      <OAuthOutcomePage outcome={outcome} mayOpen={session?.caller.spaceId === outcome.connection.space_id} />,
      statusOf(outcome),
    );
  });
}

function statusOf(outcome: CallbackOutcome): number {
  return outcome.kind === 'connected' ? 200 : 400;
}

import { MarfaError } from '@withmarfa/shared';
import type { Request, Response } from 'express';
import { answerError } from '../../http/error-response.ts';
import type { SignedIn } from '../auth/index.ts';
import { formFaults, formFields } from './form-fields.ts';
import { clientOf, emptyForm, queryText } from './form-tools.tsx';
import type { PageRoutes, PageTools } from './page-context.ts';
import { renderPage } from './render-page.ts';
import type { FormState } from './views/account-pages.tsx';
import { SecurityPage } from './views/security-page.tsx';

/** Where a person is signed in, which apps have access, and the password. */
export function mountSecurityPages(routes: PageRoutes, tools: PageTools): void {
  const { accounts, oauth, platform, protectForm, signedIn, requireSignedIn } = tools;

  async function show(
    request: Request,
    response: Response,
    session: SignedIn,
    { faulty, status = 200 }: { faulty?: Partial<FormState>; status?: number } = {},
  ): Promise<void> {
    const form = { ...emptyForm(tools, request, response), ...faulty };
    renderPage(
      response,
      <SecurityPage
        owner={{ name: session.user.name, csrf: form.csrf }}
        email={session.user.email}
        apps={(await oauth.grants.list({ userId: session.user.id })).map((grant) => ({
          ...grant,
          name: grant.clientName ?? 'An app without a name',
        }))}
        sessions={await accounts.listSessions(session)}
        form={form}
        notice={queryText(request, 'notice')}
      />,
      status,
    );
  }

  routes.get('/auth/security', async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (session) await show(request, response, session);
  });

  routes.post('/auth/security/password', protectForm, async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const { current_password = '', new_password = '' } = formFields(request);
    const browser = { cookie: request.get('cookie') ?? '', client: clientOf(request) };
    try {
      const result = await accounts.changePassword(session, { current_password, new_password }, browser);
      if ('cookies' in result) {
        response.append('Set-Cookie', result.cookies);
        return response.redirect(303, '/auth/security?notice=password_changed');
      }
      response.set('Retry-After', String(result.retryAfterSeconds));
      const message = 'Too many wrong passwords. Wait a quarter of an hour, then try again.';
      return await show(request, response, session, { faulty: { message }, status: 429 });
    } catch (error) {
      const faulty = formFaults(error);
      if (!faulty) throw error;
      return await show(request, response, session, { faulty, status: 400 });
    }
  });

  routes.post('/auth/grants/:id/revoke', protectForm, async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const actor = { of: { userId: session.user.id }, keyId: session.caller.keyId, clientIp: request.ip ?? null };
    await platform.database.write((transaction) => oauth.grants.revoke(transaction, actor, String(request.params.id)));
    response.redirect(302, '/auth/security?notice=grant_revoked');
  });

  // JSON, for scripts of the person's own browser; it answers as the API does.
  routes.get('/auth/sessions', async (request, response) => {
    const session = await signedIn(request, response);
    if (!session) {
      answerError(response, new MarfaError('unauthorized', 'Nobody is signed in in this browser.'));
      return;
    }
    response.set('Cache-Control', 'no-store').json({ sessions: await accounts.listSessions(session) });
  });

  routes.post('/auth/sessions/sign-out-all', protectForm, async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    await accounts.endAllSessions(session);
    response.append('Set-Cookie', await accounts.signOut(request.get('cookie')));
    response.redirect(303, '/auth/sign-in');
  });

  routes.post('/auth/sessions/:id/revoke', protectForm, async (request, response) => {
    const session = await requireSignedIn(request, response);
    if (!session) return;
    const notice = await accounts.endSession(session, String(request.params.id));
    response.redirect(303, `/auth/security?notice=${notice}`);
  });
}

import type { Response } from 'express';
import { formFaults, formFields, safeReturnTo } from './form-fields.ts';
import { letReturnLeadToApp } from './form-target.ts';
import { clientOf, createAttemptGate, emptyForm, keepAddressSecret, queryText } from './form-tools.tsx';
import type { PageRoutes, PageTools } from './page-context.ts';
import { renderPage } from './render-page.ts';
import { ErrorPage, NoOwnerPage, SetupPage, SignInPage } from './views/account-pages.tsx';
import { UnconfirmedPage } from './views/sign-up-pages.tsx';

const SIGN_IN_FAILED = 'E-mail and password do not fit together.';

/** Making the owner, signing in and out. */
export function mountAccountPages(routes: PageRoutes, tools: PageTools): void {
  const { accounts, protectForm } = tools;
  const admitAttempt = createAttemptGate();

  const linkEnded = (response: Response) =>
    renderPage(
      response,
      <ErrorPage
        title="This link has ended"
        message="It has been used, or the server was started again since. The server prints a fresh one at its next start while there is no owner."
      />,
      403,
    );

  routes.get('/setup', async (request, response) => {
    keepAddressSecret(response);
    const token = queryText(request, 'token');
    if (await accounts.hasOwner()) return response.redirect(303, '/');
    if (!accounts.isSetupToken(token)) return linkEnded(response);
    return renderPage(response, <SetupPage token={token} form={emptyForm(tools, request, response)} />);
  });

  routes.post('/setup', protectForm, async (request, response) => {
    if (!(await admitAttempt(request, response))) return;
    const { token = '', name = '', email = '', password = '' } = formFields(request);
    if (!accounts.isSetupToken(token)) return linkEnded(response);
    try {
      const cookies = await accounts.createOwner(token, { name, email, password }, clientOf(request));
      response.append('Set-Cookie', cookies);
      response.redirect(303, '/');
    } catch (error) {
      const faulty = formFaults(error);
      if (!faulty) throw error;
      const form = { ...emptyForm(tools, request, response), ...faulty, values: { name, email } };
      renderPage(response, <SetupPage token={token} form={form} />, 400);
    }
  });

  const signInLinks = { signUp: accounts.isOpen, passwordReset: accounts.canSendMail };

  routes.get('/auth/sign-in', letReturnLeadToApp(tools.oauth), async (request, response) => {
    if (!(await accounts.hasOwner())) return renderPage(response, <NoOwnerPage />);
    return renderPage(
      response,
      <SignInPage
        form={emptyForm(tools, request, response)}
        returnTo={safeReturnTo(request.query.return_to)}
        links={signInLinks}
        notice={queryText(request, 'notice')}
      />,
    );
  });

  routes.post('/auth/sign-in', protectForm, letReturnLeadToApp(tools.oauth), async (request, response) => {
    if (!(await admitAttempt(request, response))) return;
    const { email = '', password = '', return_to } = formFields(request);
    const returnTo = safeReturnTo(return_to);
    const result = await accounts.signIn({ email, password }, clientOf(request));
    if (result.ok) {
      response.append('Set-Cookie', result.cookies);
      return response.redirect(303, returnTo);
    }
    const form = { ...emptyForm(tools, request, response), values: { email }, message: SIGN_IN_FAILED };
    if (result.reason === 'unverified') return renderPage(response, <UnconfirmedPage form={form} />, 403);
    const page = <SignInPage form={form} returnTo={returnTo} links={signInLinks} />;
    // The same page as for a wrong password: nobody is to learn from the limit which addresses have an account.
    if (result.reason === 'too_many') response.set('Retry-After', String(result.retryAfterSeconds));
    return renderPage(response, page, result.reason === 'too_many' ? 429 : 401);
  });

  routes.post('/auth/sign-out', protectForm, async (request, response) => {
    response.append('Set-Cookie', await accounts.signOut(request.get('cookie')));
    response.redirect(303, '/auth/sign-in');
  });
}

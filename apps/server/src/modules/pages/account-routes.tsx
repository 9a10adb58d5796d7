import type { Request, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { formFaults, formFields, safeReturnTo } from './form-fields.ts';
import { letReturnLeadToApp } from './form-target.ts';
import type { PageRoutes, PageTools } from './page-context.ts';
import { renderPage } from './render-page.ts';
import { ErrorPage, type FormState, NoOwnerPage, SetupPage, SignInPage } from './views/account-pages.tsx';

/** Attempts per minute and address, for signing in and for setting up alike. */
const ATTEMPTS_PER_MINUTE = 10;
const SIGN_IN_FAILED = 'E-mail and password do not fit together.';

/** Making the owner, signing in and out. */
export function mountAccountPages(routes: PageRoutes, tools: PageTools): void {
  const { accounts, csrfToken, protectForm } = tools;
  const limiter = new RateLimiterMemory({ points: ATTEMPTS_PER_MINUTE, duration: 60 });

  /** @returns whether another attempt is allowed; answers 429 itself when it is not. */
  async function admitAttempt(request: Request, response: Response): Promise<boolean> {
    try {
      await limiter.consume(request.ip ?? 'unknown');
      return true;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      response.set('Retry-After', String(Math.ceil(refusal.msBeforeNext / 1000)));
      renderPage(response, <ErrorPage title="Too many attempts" message="Wait a minute, then try again." />, 429);
      return false;
    }
  }

  const client = (request: Request) => ({ ip: request.ip ?? null, userAgent: request.get('user-agent') });
  const emptyForm = (request: Request, response: Response): FormState => ({
    csrf: csrfToken(request, response),
    values: {},
    faults: {},
  });
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
    const token = String(request.query.token ?? '');
    if (await accounts.hasOwner()) return response.redirect(303, '/');
    if (!accounts.isSetupToken(token)) return linkEnded(response);
    return renderPage(response, <SetupPage token={token} form={emptyForm(request, response)} />);
  });

  routes.post('/setup', protectForm, async (request, response) => {
    if (!(await admitAttempt(request, response))) return;
    const { token = '', name = '', email = '', password = '' } = formFields(request);
    if (!accounts.isSetupToken(token)) return linkEnded(response);
    try {
      const cookies = await accounts.createOwner(token, { name, email, password }, client(request));
      response.append('Set-Cookie', cookies);
      response.redirect(303, '/');
    } catch (error) {
      const faulty = formFaults(error);
      if (!faulty) throw error;
      const form = { ...emptyForm(request, response), ...faulty, values: { name, email } };
      renderPage(response, <SetupPage token={token} form={form} />, 400);
    }
  });

  routes.get('/auth/sign-in', letReturnLeadToApp(tools.oauth), async (request, response) => {
    if (!(await accounts.hasOwner())) return renderPage(response, <NoOwnerPage />);
    return renderPage(
      response,
      <SignInPage form={emptyForm(request, response)} returnTo={safeReturnTo(request.query.return_to)} />,
    );
  });

  routes.post('/auth/sign-in', protectForm, letReturnLeadToApp(tools.oauth), async (request, response) => {
    if (!(await admitAttempt(request, response))) return;
    const { email = '', password = '', return_to } = formFields(request);
    const returnTo = safeReturnTo(return_to);
    const cookies = await accounts.signIn({ email, password }, client(request));
    if (cookies) {
      response.append('Set-Cookie', cookies);
      return response.redirect(303, returnTo);
    }
    const form = { ...emptyForm(request, response), values: { email }, message: SIGN_IN_FAILED };
    return renderPage(response, <SignInPage form={form} returnTo={returnTo} />, 401);
  });

  routes.post('/auth/sign-out', protectForm, async (request, response) => {
    response.append('Set-Cookie', await accounts.signOut(request.get('cookie')));
    response.redirect(303, '/auth/sign-in');
  });
}

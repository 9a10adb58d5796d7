import type { Request, RequestHandler, Response } from 'express';
import { formFaults, formFields } from './form-fields.ts';
import { clientOf, createAttemptGate, emptyForm, keepAddressSecret, queryText } from './form-tools.tsx';
import type { PageRoutes, PageTools } from './page-context.ts';
import { renderPage } from './render-page.ts';
import { ErrorPage, type FormState } from './views/account-pages.tsx';
import { ForgotPasswordPage, ResetPasswordPage, ResetSentPage, StaleResetPage } from './views/password-pages.tsx';

/** Getting back in without the password. */
export function mountPasswordPages(routes: PageRoutes, tools: PageTools): void {
  const { accounts, protectForm } = tools;
  const admitAttempt = createAttemptGate();

  const whereMailLeaves: RequestHandler = (_request, response, next) => {
    if (accounts.canSendMail) return next();
    response.set('X-Error-Code', 'email_transport_not_configured');
    return renderPage(
      response,
      <ErrorPage
        title="This server sends no mail"
        message="Whoever runs it has set up no way to send mail, so that no link for a new password can reach you. Ask them."
      />,
      503,
    );
  };

  routes.get('/auth/forgot-password', whereMailLeaves, (request, response) => {
    renderPage(response, <ForgotPasswordPage form={emptyForm(tools, request, response)} />);
  });

  routes.post('/auth/forgot-password', whereMailLeaves, protectForm, async (request, response) => {
    if (!(await admitAttempt(request, response))) return;
    const { email = '' } = formFields(request);
    accounts.requestReset(email, clientOf(request));
    renderPage(response, <ResetSentPage />);
  });

  async function showForm(request: Request, response: Response, token: string, faulty?: Partial<FormState>) {
    if (!(await accounts.isResetLink(token))) return renderPage(response, <StaleResetPage />, 403);
    const form = { ...emptyForm(tools, request, response), ...faulty };
    return renderPage(response, <ResetPasswordPage form={form} token={token} />, faulty ? 400 : 200);
  }

  routes.get('/auth/reset-password', async (request, response) => {
    keepAddressSecret(response);
    await showForm(request, response, queryText(request, 'token'));
  });

  routes.post('/auth/reset-password', protectForm, async (request, response) => {
    if (!(await admitAttempt(request, response))) return;
    const { token = '', password = '' } = formFields(request);
    try {
      if (!(await accounts.resetPassword(token, password, clientOf(request))))
        return renderPage(response, <StaleResetPage />, 403);
      return response.redirect(303, '/auth/sign-in?notice=password_reset');
    } catch (error) {
      const faulty = formFaults(error);
      if (!faulty) throw error;
      return await showForm(request, response, token, faulty);
    }
  });
}

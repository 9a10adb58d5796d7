import { MarfaError } from '@withmarfa/shared';
import type { RequestHandler } from 'express';
import { formFaults, formFields, safeReturnTo } from './form-fields.ts';
import { letReturnLeadToApp } from './form-target.ts';
import { clientOf, createAttemptGate, emptyForm, keepAddressSecret, queryText } from './form-tools.tsx';
import type { PageRoutes, PageTools } from './page-context.ts';
import { renderPage } from './render-page.ts';
import { NoOwnerPage } from './views/account-pages.tsx';
import { CheckMailPage, ConfirmPage, SignUpPage, StaleConfirmationPage } from './views/sign-up-pages.tsx';

/** Making an account without the owner's help, and confirming its address. */
export function mountSignUpPages(routes: PageRoutes, tools: PageTools): void {
  const { accounts, protectForm } = tools;
  const admitAttempt = createAttemptGate();

  const whereOpen: RequestHandler = async (_request, response, next) => {
    if (!accounts.isOpen) throw new MarfaError('not_found', 'This server takes no sign-ups; ask whoever runs it.');
    if (!(await accounts.hasOwner())) return renderPage(response, <NoOwnerPage />);
    return next();
  };

  routes.get('/auth/sign-up', whereOpen, letReturnLeadToApp(tools.oauth), async (request, response) => {
    const returnTo = safeReturnTo(request.query.return_to);
    renderPage(response, <SignUpPage form={emptyForm(tools, request, response)} returnTo={returnTo} />);
  });

  routes.post('/auth/sign-up', whereOpen, protectForm, letReturnLeadToApp(tools.oauth), async (request, response) => {
    if (!(await admitAttempt(request, response))) return;
    const { name = '', handle = '', email = '', password = '', return_to } = formFields(request);
    const returnTo = safeReturnTo(return_to);
    try {
      const cookies = await accounts.signUp({ name, handle, email, password }, clientOf(request), returnTo);
      if (cookies) {
        response.append('Set-Cookie', cookies);
        return response.redirect(303, returnTo);
      }
      const form = { ...emptyForm(tools, request, response), values: { email } };
      return renderPage(response, <CheckMailPage form={form} />);
    } catch (error) {
      const faulty = formFaults(error);
      if (!faulty || !MarfaError.is(error)) throw error;
      const form = { ...emptyForm(tools, request, response), ...faulty, values: { name, handle, email } };
      response.set('X-Error-Code', error.code);
      return renderPage(response, <SignUpPage form={form} returnTo={returnTo} />, 400);
    }
  });

  routes.get('/auth/verify-email', async (request, response) => {
    keepAddressSecret(response);
    const token = queryText(request, 'token');
    const form = emptyForm(tools, request, response);
    if (!(await accounts.isConfirmationLink(token)))
      return renderPage(response, <StaleConfirmationPage form={form} />, 403);
    // Whatever scans mail opens links; the button is pressed by a person.
    return renderPage(response, <ConfirmPage form={form} token={token} />);
  });

  routes.post('/auth/verify-email', protectForm, async (request, response) => {
    if (!(await admitAttempt(request, response))) return;
    const confirmed = await accounts.confirmEmail(formFields(request).token ?? '', clientOf(request));
    if (!confirmed)
      return renderPage(response, <StaleConfirmationPage form={emptyForm(tools, request, response)} />, 403);
    response.append('Set-Cookie', confirmed.cookies);
    return response.redirect(303, safeReturnTo(confirmed.returnTo));
  });

  routes.post('/auth/verify-email/resend', protectForm, async (request, response) => {
    if (!(await admitAttempt(request, response))) return;
    const { email = '' } = formFields(request);
    accounts.resendConfirmation(email);
    renderPage(response, <CheckMailPage form={{ ...emptyForm(tools, request, response), values: { email } }} />);
  });
}

import type { RequestHandler, Response } from 'express';
import type { OAuth } from '../oauth/index.ts';
import { formFields, safeReturnTo } from './form-fields.ts';

/**
 * Lets the forms of a page end at an app. Browsers hold `form-action` against every redirect that a form ends in, those of the
 * app included: one whose callback sends people on, to another of its hosts or into a program, would leave them here. Which
 * places these are only the app knows, so the directive goes, on the pages before an app alone.
 * @see https://github.com/w3c/webappsec-csp/issues/8
 */
export function letFormsLeadToApp(response: Response): void {
  const policy = String(response.getHeader('Content-Security-Policy') ?? '');
  response.setHeader('Content-Security-Policy', policy.replace(/form-action [^;]*;?/, ''));
}

/** For a page whose form goes on to its `return_to`: an app that was let in before gets its code straight from there. */
export function letReturnLeadToApp({ authorize, issuerOf }: Pick<OAuth, 'authorize' | 'issuerOf'>): RequestHandler {
  return async (request, response, next) => {
    const returnTo = safeReturnTo(formFields(request).return_to ?? request.query.return_to);
    const redirect = await authorize.redirectAfterSignIn(returnTo, issuerOf(request.headers));
    if (redirect !== null) letFormsLeadToApp(response);
    next();
  };
}

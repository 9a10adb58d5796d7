import type { RequestHandler, Response } from 'express';
import type { OAuth } from '../oauth/index.ts';
import { formFields, safeReturnTo } from './form-fields.ts';

/**
 * Lets the forms of a page end at an app. Browsers hold `form-action` against every redirect that a form ends in, those of the
 * app included: its callback may send people on, to another of its hosts. Which these are only the app knows, so on the
 * pages before an app forms may end anywhere over the scheme of its address, or https.
 * @see https://github.com/w3c/webappsec-csp/issues/8
 */
export function letFormsLeadToApp(response: Response, redirectUri: string): void {
  const { protocol } = new URL(redirectUri);
  const policy = String(response.getHeader('Content-Security-Policy') ?? '');
  const wider = protocol === 'https:' ? 'https:' : `https: ${protocol}`;
  response.setHeader(
    'Content-Security-Policy',
    policy.replace("form-action 'self'", (own) => `${own} ${wider}`),
  );
}

/** For a page whose form goes on to its `return_to`: an app that was let in before gets its code straight from there. */
export function letReturnLeadToApp({ authorize, issuerOf }: Pick<OAuth, 'authorize' | 'issuerOf'>): RequestHandler {
  return async (request, response, next) => {
    const returnTo = safeReturnTo(formFields(request).return_to ?? request.query.return_to);
    const redirect = await authorize.redirectAfterSignIn(returnTo, issuerOf(request.headers));
    if (redirect !== null) {
      letFormsLeadToApp(response, redirect);
      keepOpener(response);
    }
    next();
  };
}

/**
 * Lets an app that opened this page in a window of its own keep hold of that window until it gets its answer there; what is
 * shown stays out of its reach, as of any other site's.
 */
export function keepOpener(response: Response): void {
  response.setHeader('Cross-Origin-Opener-Policy', 'unsafe-none');
}

import type { RequestHandler, Response } from 'express';
import { formActionOf, type OAuth } from '../oauth/index.ts';
import { formFields, safeReturnTo } from './form-fields.ts';

/**
 * Lets the forms of a page lead to one more place. A browser holds `form-action` against every redirect that a form ends in,
 * so the page before a client's redirect has to name it.
 * @param source an origin, or a scheme with its colon, as in a Content-Security-Policy.
 */
export function allowFormTarget(response: Response, source: string): void {
  const policy = String(response.getHeader('Content-Security-Policy') ?? '');
  response.setHeader('Content-Security-Policy', policy.replace("form-action 'self'", `form-action 'self' ${source}`));
}

/** For a page whose form goes on to its `return_to`: an app that was let in before gets its code straight from there. */
export function allowReturnTarget({ authorize, issuerOf }: Pick<OAuth, 'authorize' | 'issuerOf'>): RequestHandler {
  return async (request, response, next) => {
    const returnTo = safeReturnTo(formFields(request).return_to ?? request.query.return_to);
    const redirect = await authorize.redirectAfterSignIn(returnTo, issuerOf(request.headers));
    if (redirect !== null) allowFormTarget(response, formActionOf(redirect));
    next();
  };
}

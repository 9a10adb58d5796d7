import { createHmac } from 'node:crypto';
import { MarfaError } from '@withmarfa/shared';
import { doubleCsrf } from 'csrf-csrf';
import type { Request, RequestHandler, Response } from 'express';
import type { AuthKeys } from '../../platform/auth-keys.ts';

/** The session cookie of the auth library, with and without its https prefix. */
const SESSION_COOKIES = ['marfa.session_token', '__Secure-marfa.session_token'];

export interface FormProtectionOptions {
  authKeys: AuthKeys;
  /** Whether cookies are for https only. */
  secure: boolean;
  /** The address people use, if it is set. */
  baseUrl: string | undefined;
}

/**
 * Keeps other sites from posting our forms: the browser must say the form comes from here (`Origin`, `Sec-Fetch-Site`),
 * and the form must carry a token bound to the session and signed by this server (OWASP's signed double submit).
 */
export function createFormProtection({ authKeys, secure, baseUrl }: FormProtectionOptions) {
  const secrets = authKeys.map(({ material }) =>
    createHmac('sha256', material.reveal()).update('marfa form tokens').digest('base64url'),
  );
  const { generateCsrfToken, validateRequest } = doubleCsrf({
    getSecret: () => secrets,
    getSessionIdentifier: (request) =>
      SESSION_COOKIES.map((name) => (request.cookies as Record<string, string>)[name]).find(Boolean) ?? 'nobody',
    cookieName: secure ? '__Host-marfa.csrf' : 'marfa.csrf',
    cookieOptions: { sameSite: 'lax', path: '/', secure, httpOnly: true },
    getCsrfTokenFromRequest: (request) => (request.body as { csrf?: unknown } | undefined)?.csrf as string | undefined,
  });

  const protectForm: RequestHandler = (request, _response, next) => {
    if (!comesFromHere(request, baseUrl) || !validateRequest(request)) {
      throw new MarfaError(
        'forbidden',
        'This form is out of date or was not opened on this server. Go back, reload the page and try again.',
      );
    }
    next();
  };

  return { protectForm, csrfToken: (request: Request, response: Response) => generateCsrfToken(request, response) };
}

function comesFromHere(request: Request, baseUrl: string | undefined): boolean {
  const site = request.get('sec-fetch-site');
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const origin = request.get('origin');
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  // A proxy in front may not pass on the Host that the browser sees; the public address is the same place.
  return new URL(origin).host === request.get('host') || (baseUrl !== undefined && origin === new URL(baseUrl).origin);
}

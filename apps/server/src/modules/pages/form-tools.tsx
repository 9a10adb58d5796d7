import type { Request, Response } from 'express';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { PageTools } from './page-context.ts';
import { renderPage } from './render-page.ts';
import { ErrorPage, type FormState } from './views/account-pages.tsx';

/** Forms per minute and address that try a password, a link or an address. */
const ATTEMPTS_PER_MINUTE = 10;

/** @returns a guard that says whether another attempt is allowed, and answers 429 itself when it is not. */
export function createAttemptGate(): (request: Request, response: Response) => Promise<boolean> {
  const limiter = new RateLimiterMemory({ points: ATTEMPTS_PER_MINUTE, duration: 60 });
  return async (request, response) => {
    try {
      await limiter.consume(request.ip ?? 'unknown');
      return true;
    } catch (refusal) {
      if (!(refusal instanceof RateLimiterRes)) throw refusal;
      response.set('Retry-After', String(Math.ceil(refusal.msBeforeNext / 1000)));
      renderPage(response, <ErrorPage title="Too many attempts" message="Wait a minute, then try again." />, 429);
      return false;
    }
  };
}

/** Where a request came from, as a session remembers it. */
export const clientOf = (request: Request) => ({ ip: request.ip ?? null, userAgent: request.get('user-agent') });

/** A form as it is before anybody has typed. */
export function emptyForm(tools: PageTools, request: Request, response: Response): FormState {
  return { csrf: tools.csrfToken(request, response), values: {}, faults: {} };
}

/** @returns a query value that is there once; the first of several. */
export function queryText(request: Request, name: string): string {
  const value = request.query[name];
  const first: unknown = Array.isArray(value) ? value[0] : value;
  return typeof first === 'string' ? first : '';
}

/**
 * The address of this page holds a token: no other server, and no page of this one, is to see more of it than the origin,
 * which its form has to tell.
 */
export function keepAddressSecret(response: Response): void {
  response.set('Referrer-Policy', 'strict-origin');
}

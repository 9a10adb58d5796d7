import type { Response } from 'express';

/**
 * Lets the forms of a page lead to one more place. A browser holds `form-action` against every redirect that a form ends in,
 * so the page before a client's redirect has to name it.
 * @param source an origin, or a scheme with its colon, as in a Content-Security-Policy.
 */
export function allowFormTarget(response: Response, source: string): void {
  const policy = String(response.getHeader('Content-Security-Policy') ?? '');
  response.setHeader(
    'Content-Security-Policy',
    policy.replace("form-action 'self'", (own) => `${own} ${source}`),
  );
}

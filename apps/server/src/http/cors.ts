import type { IncomingMessage, ServerResponse } from 'node:http';
import cors from 'cors';

/** How long a browser may remember what a preflight said, in seconds. */
const MAX_AGE_SECONDS = 600;
const EXPOSED = [
  'X-Request-ID',
  'X-Error-Code',
  'X-RateLimit-Limit',
  'X-RateLimit-Remaining',
  'X-RateLimit-Reset',
  'Retry-After',
  'Idempotency-Replayed',
];

/** Sets the headers by which a browser lets a page of another origin read an answer. */
export type SetCorsHeaders = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Lets pages of other origins call the API with a bearer of their own; cookies are never let through.
 * @param origins such as `https://app.example.org`, or `*` for all.
 * @returns null when there are none.
 */
export function createCors(origins: readonly string[]): SetCorsHeaders | null {
  if (origins.length === 0) return null;
  const setHeaders = cors({
    origin: origins.includes('*') ? '*' : [...origins],
    methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    exposedHeaders: EXPOSED,
    maxAge: MAX_AGE_SECONDS,
    // The listener ends preflights itself, with the methods that the address has.
    preflightContinue: true,
  });
  return (request, response) => setHeaders(request, response, () => undefined);
}

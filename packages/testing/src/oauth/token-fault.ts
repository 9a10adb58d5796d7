/**
 * What can go wrong with a call of `/token`.
 *
 * Nothing was done: `server-error` (500), `unavailable` (503 with Retry-After), `rate-limited` (429 with Retry-After),
 * `html` and `empty` (200 with a body that is none), `cut` (no answer), `invalid_grant`, `invalid_client` and
 * `temporarily_unavailable` (400, 401 and 503 with that error), `hang` (waits for `release`, and then does it).
 *
 * The tokens were made, and rotated: `no-access-token`, `no-refresh-token`, `no-token-type`, `mac-token-type`,
 * `expires-in-text`, `expires-in-negative`, `expires-in-huge` and `no-expires-in` (an answer with that one fault),
 * `cut-after-commit` (the answer never comes), `hang-after-commit` (it waits for `release`).
 */
export type TokenFault =
  | 'server-error'
  | 'unavailable'
  | 'rate-limited'
  | 'html'
  | 'empty'
  | 'cut'
  | 'invalid_grant'
  | 'invalid_client'
  | 'temporarily_unavailable'
  | 'hang'
  | 'no-access-token'
  | 'no-refresh-token'
  | 'no-token-type'
  | 'mac-token-type'
  | 'expires-in-text'
  | 'expires-in-negative'
  | 'expires-in-huge'
  | 'no-expires-in'
  | 'cut-after-commit'
  | 'hang-after-commit';

/** An answer of `/token`, or of any endpoint here. `cut` ends the connection without one. */
export type Answer = { status: number; headers?: Record<string, string>; body: string } | 'cut';

/** Seconds that a busy server asks for. */
export const RETRY_AFTER_SECONDS = 7;

const WAIT = { 'retry-after': String(RETRY_AFTER_SECONDS) };
const PAGE = '<!doctype html><html><body><h1>Sign in to the Wi-Fi</h1></body></html>';

export function json(status: number, body: object, headers: Record<string, string> = {}): Answer {
  const always = { 'content-type': 'application/json', 'cache-control': 'no-store' };
  return { status, headers: { ...always, ...headers }, body: JSON.stringify(body) };
}

/** @returns what is answered in place of doing anything; null for faults of an answer that was made. */
export function answerInstead(fault: TokenFault): Answer | null {
  switch (fault) {
    case 'server-error':
      return { status: 500, headers: { 'content-type': 'text/plain' }, body: 'Internal Server Error' };
    case 'unavailable':
      return { status: 503, headers: WAIT, body: '' };
    case 'rate-limited':
      return { status: 429, headers: WAIT, body: '' };
    case 'html':
      return { status: 200, headers: { 'content-type': 'text/html' }, body: PAGE };
    case 'empty':
      return { status: 200, headers: { 'content-type': 'application/json' }, body: '' };
    case 'cut':
      return 'cut';
    case 'invalid_grant':
      return json(400, { error: fault });
    case 'invalid_client':
      return json(401, { error: fault });
    case 'temporarily_unavailable':
      return json(503, { error: fault });
    default:
      return null;
  }
}

/** @returns the fields of a success with this one fault. */
export function spoil(fields: Record<string, unknown>, fault: TokenFault): Record<string, unknown> {
  const without = (name: string) => Object.fromEntries(Object.entries(fields).filter(([key]) => key !== name));
  switch (fault) {
    case 'no-access-token':
      return without('access_token');
    case 'no-refresh-token':
      return without('refresh_token');
    case 'no-token-type':
      return without('token_type');
    case 'no-expires-in':
      return without('expires_in');
    case 'mac-token-type':
      return { ...fields, token_type: 'mac' };
    case 'expires-in-text':
      return { ...fields, expires_in: 'abc' };
    case 'expires-in-negative':
      return { ...fields, expires_in: -3600 };
    case 'expires-in-huge':
      return { ...fields, expires_in: 1e300 };
    default:
      return fields;
  }
}

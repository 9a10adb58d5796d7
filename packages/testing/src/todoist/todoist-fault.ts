import { refusal } from './todoist-records.ts';

/**
 * What can go wrong with a call.
 *
 * Nothing was done: `rate-limited` (429 with Retry-After), `server-error` (500), `unavailable` (503), `unauthorized`
 * (401), `forbidden` (403), `gone` (410), `html` (200 with a page), `cut` (no answer), `hang` (waits for `release`, and
 * then does it).
 *
 * It was done, and the answer is bad: `empty`, `truncated` (JSON that breaks off), `wrong-types` (JSON of another
 * shape), `cut-after-commit` (the answer never comes), `slow` (it comes byte by byte, the last at `release`).
 */
export type TodoistFault =
  | 'rate-limited'
  | 'server-error'
  | 'unavailable'
  | 'unauthorized'
  | 'forbidden'
  | 'gone'
  | 'html'
  | 'cut'
  | 'hang'
  | 'empty'
  | 'truncated'
  | 'wrong-types'
  | 'cut-after-commit'
  | 'slow';

/** Seconds that a limit asks for. */
export const TODOIST_RETRY_AFTER_SECONDS = 42;

/** @returns what is answered in place of doing anything; null when the call is to be done. */
export function answerOfFault(
  fault: TodoistFault,
): { status: number; headers: Record<string, string>; text: string } | null {
  const retry_after = TODOIST_RETRY_AFTER_SECONDS;
  const asJson = (status: number, body: object, headers: Record<string, string> = {}) => ({
    status,
    headers: { 'content-type': 'application/json', ...headers },
    text: JSON.stringify(body),
  });
  switch (fault) {
    case 'rate-limited':
      return asJson(
        429,
        refusal('LIMITS_REACHED', 'Too many requests', {
          http_code: 429,
          error_code: 35,
          error_extra: { retry_after },
        }),
        { 'retry-after': String(retry_after) },
      );
    case 'server-error':
      return asJson(500, refusal('SERVER_COLLAPSE', 'Server error', { http_code: 500, error_code: 19 }));
    case 'unavailable':
      return { status: 503, headers: { 'content-type': 'text/plain' }, text: 'Service Unavailable' };
    case 'unauthorized':
      return asJson(401, refusal('AUTH_INVALID_TOKEN', 'Unauthorized', { http_code: 401, error_code: 477 }));
    case 'forbidden':
      return asJson(403, refusal('FORBIDDEN', 'Forbidden', { http_code: 403, error_code: 32 }));
    case 'gone':
      return { status: 410, headers: { 'content-type': 'text/plain' }, text: 'This endpoint is deprecated' };
    case 'html':
      return { status: 200, headers: { 'content-type': 'text/html' }, text: '<!doctype html><title>Todoist</title>' };
    default:
      return null;
  }
}

/** @returns the text of an answer with this fault in it. */
export function spoilText(text: string, fault: TodoistFault): string {
  if (fault === 'empty') return '';
  if (fault === 'truncated') return text.slice(0, Math.floor(text.length * 0.7));
  if (fault === 'wrong-types')
    return JSON.stringify({ sync_token: 7, full_sync: 'maybe', items: { 0: 'none' }, id: null });
  return text;
}

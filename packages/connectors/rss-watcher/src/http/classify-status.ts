import type { HandlerResult } from '@withmarfa/runtime-sdk';
import { retryAfterSeconds } from './retry-after.ts';

/** What an HTTP status means for a poll. */
export type StatusVerdict =
  | { kind: 'body' }
  | { kind: 'unchanged' }
  | { kind: 'gone' }
  | { kind: 'failed'; result: HandlerResult & { ok: false } };

const OVERLOADED = new Set([429, 503]);
const PASSING = new Set([408, 421, 425]);

const WHAT_TO_DO: Record<number, string> = {
  401: 'The feed asks for a user name and password, which RSS Watcher does not send. Use an address that works without signing in.',
  403: 'The site refuses RSS Watcher. Check that the address opens in a private browser window; the site may block feed readers.',
  404: 'Nothing is at this address. Open the site, copy the address of its feed again and change it in the settings.',
  406: 'The site has no form of this page that a feed reader accepts. Check that the address is that of a feed.',
  451: 'The site may not show this feed for legal reasons.',
};

/**
 * Decides from the status alone how a poll goes on.
 * @param now milliseconds since the epoch, for a `Retry-After` that is a date.
 * @returns `failed` with the handler result to give back; whether trying again can help is decided here.
 */
export function classifyStatus(response: Response, now: number): StatusVerdict {
  const { status } = response;
  if (status === 304) return { kind: 'unchanged' };
  if (status === 410) return { kind: 'gone' };
  if (status >= 200 && status < 300) return { kind: 'body' };
  if (OVERLOADED.has(status) || PASSING.has(status) || status >= 500) {
    const seconds = retryAfterSeconds(response.headers.get('retry-after'), now);
    const what = OVERLOADED.has(status) ? 'is too busy' : 'could not answer';
    return {
      kind: 'failed',
      result: {
        ok: false,
        retry: true,
        reason: `The feed's server ${what} (HTTP ${status}).`,
        ...(seconds === undefined ? {} : { retry_after_seconds: seconds }),
      },
    };
  }
  const advice = WHAT_TO_DO[status] ?? 'Check the address in the settings.';
  return {
    kind: 'failed',
    result: { ok: false, retry: false, reason: `The feed's server refused the request (HTTP ${status}). ${advice}` },
  };
}

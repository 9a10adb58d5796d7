import type { HandlerResult } from '@withmarfa/runtime-sdk';
import { retryAfterSeconds } from './retry-after.ts';

export type Failure = Extract<HandlerResult, { ok: false }>;

const PASSING = new Set([408, 425, 429]);
const MAX_DETAIL = 200;

const WHAT_TO_DO: Record<number, string> = {
  401: 'It no longer takes the token of this connection. Supply a new API token.',
  403: 'The account may not do this. Check that the project is still shared with it.',
  410: 'This part of its API is gone. Update the connector.',
};

/**
 * Decides from an answer that is no success whether trying again can help.
 * @param options.body the body as JSON; undefined when it is none.
 */
export function classifyFailure(response: Response, options: { body: unknown; now: number }): Failure {
  const { status } = response;
  if (PASSING.has(status) || status >= 500) {
    const seconds = retryAfterSeconds(response.headers.get('retry-after'), options.body, options.now);
    return {
      ok: false,
      retry: true,
      reason: status === 429 ? 'Todoist asks for a pause (HTTP 429).' : `Todoist could not answer (HTTP ${status}).`,
      ...(seconds === undefined ? {} : { retry_after_seconds: seconds }),
    };
  }
  const advice = WHAT_TO_DO[status] ?? describeRefusal(options.body);
  return { ok: false, retry: false, reason: `Todoist refused the request (HTTP ${status}). ${advice}`.trim() };
}

/** @returns Todoist's own words about a refusal, which name an argument but no content; empty when there are none. */
export function describeRefusal(body: unknown): string {
  const { error, error_extra } = (body ?? {}) as { error?: unknown; error_extra?: { argument?: unknown } | null };
  if (typeof error !== 'string') return '';
  const argument = error_extra?.argument;
  return `${error}${typeof argument === 'string' ? `: ${argument}` : ''}.`.slice(0, MAX_DETAIL);
}

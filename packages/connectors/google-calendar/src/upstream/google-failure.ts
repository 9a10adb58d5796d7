import type { HandlerResult } from '@withmarfa/runtime-sdk';
import { z } from 'zod';

/**
 * Why Google did not do it. `later`: a limit or a fault that passes. `gone`: a token that has expired, or an event that is
 * deleted already. `stale`: the event is another one by now. `taken`: there is an event with this id. `missing`: no such
 * calendar or event. `refused`: it would be so again.
 */
export interface GoogleFailure {
  ok: false;
  kind: 'later' | 'gone' | 'stale' | 'taken' | 'missing' | 'refused';
  /** One sentence, with Google's own words. */
  reason: string;
  /** Google's word for the reason. */
  code?: string;
  /** Of `later`: whole seconds. */
  retryAfterSeconds?: number;
}

const LIMITS = new Set(['rateLimitExceeded', 'userRateLimitExceeded', 'quotaExceeded', 'dailyLimitExceeded']);
/** What to wait when Google limits and does not say how long. */
const LIMIT_SECONDS = 60;
/** A server that asks for more than a day of silence is asked again after a day. */
const MAX_SECONDS = 86_400;
const KINDS: Record<number, GoogleFailure['kind']> = {
  404: 'missing',
  408: 'later',
  409: 'taken',
  410: 'gone',
  412: 'stale',
  425: 'later',
};

const ErrorBodySchema = z.looseObject({
  error: z.looseObject({
    message: z.string().optional().catch(undefined),
    errors: z
      .array(z.looseObject({ reason: z.string() }))
      .optional()
      .catch(undefined),
  }),
});

/**
 * Decides what an answer that is no success means.
 * @param text the body, hopefully Google's JSON envelope; a front end may answer with a web page.
 * @param now milliseconds since the epoch, for a `Retry-After` that is a date.
 * @see Google Calendar API, Handle API errors
 */
export function classifyFailure(response: Response, text: string, now: number): GoogleFailure {
  const { status } = response;
  const { message, reason: code } = readEnvelope(text);
  const words = `Google answered ${status}${message === undefined ? '' : `: ${message}`}`;
  const isLimit = status === 429 || (status === 403 && code !== undefined && LIMITS.has(code));
  const kind = isLimit || status >= 500 ? 'later' : (KINDS[status] ?? 'refused');
  const asked = retryAfterSeconds(response.headers.get('retry-after'), now);
  const seconds = asked ?? (isLimit ? LIMIT_SECONDS : undefined);
  return {
    ok: false,
    kind,
    reason: /[.!?]$/.test(words) ? words : `${words}.`,
    ...(code === undefined ? {} : { code }),
    ...(kind === 'later' && seconds !== undefined ? { retryAfterSeconds: seconds } : {}),
  };
}

/** @returns what the handler answers; only what passes is tried again. */
export function toHandlerResult({ kind, reason, retryAfterSeconds: seconds }: GoogleFailure): HandlerResult {
  const retry = kind === 'later' || kind === 'stale';
  return { ok: false, retry, reason, ...(seconds === undefined ? {} : { retry_after_seconds: seconds }) };
}

function readEnvelope(text: string): { message?: string | undefined; reason?: string | undefined } {
  try {
    const { error } = ErrorBodySchema.parse(JSON.parse(text));
    return { message: error.message?.slice(0, 300), reason: error.errors?.[0]?.reason };
  } catch {
    return {};
  }
}

/** @see RFC 9110, section 10.2.3 */
function retryAfterSeconds(header: string | null, now: number): number | undefined {
  const value = header?.trim() ?? '';
  if (/^\d{1,10}$/.test(value)) return Math.min(Number(value), MAX_SECONDS);
  if (!/^[A-Za-z]{3}.*\d{4}/.test(value)) return undefined;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.min(Math.max(Math.ceil((at - now) / 1000), 0), MAX_SECONDS);
}

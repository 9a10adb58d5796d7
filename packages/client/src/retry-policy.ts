import type { HttpMethod } from '@withmarfa/shared';
import type { RetryOptions } from './client-options.ts';
import { MarfaApiError } from './marfa-api-error.ts';

const PASSING_STATUSES = new Set([429, 502, 503, 504]);
const REPEATABLE = new Set<HttpMethod>(['GET', 'PUT', 'DELETE']);

/**
 * Whether doing a call again is the same as doing it once: by its method (RFC 9110, section 9.2.2), or because the
 * server knows its Idempotency-Key.
 */
export function isRepeatable(method: HttpMethod, hasIdempotencyKey: boolean): boolean {
  return REPEATABLE.has(method) || hasIdempotencyKey;
}

/** Whether a later attempt may fare better. A full quota does not empty by waiting. */
export function mayPass(error: unknown): boolean {
  if (!MarfaApiError.is(error)) return false;
  if (error.code === 'network_error' || error.code === 'timeout') return true;
  return PASSING_STATUSES.has(error.status) && error.code !== 'quota_exceeded';
}

/**
 * How long to wait before the next attempt.
 * @param options.attempt the attempt that failed, counted from 1.
 * @returns milliseconds, or null when the attempts are used up or the server asks for more than the longest wait. What
 *   the server asks is kept to; else any time up to a bound that doubles, so that clients do not come back together.
 */
export function retryDelay(options: {
  attempt: number;
  retryAfterMs: number | null;
  retry: RetryOptions;
  random: () => number;
}): number | null {
  const { attempts = 4, firstDelayMs = 250, longestDelayMs = 30_000 } = options.retry;
  if (options.attempt >= attempts) return null;
  if (options.retryAfterMs !== null) return options.retryAfterMs <= longestDelayMs ? options.retryAfterMs : null;
  return options.random() * Math.min(firstDelayMs * 2 ** (options.attempt - 1), longestDelayMs);
}

/** @param header `Retry-After`: seconds or an HTTP date (RFC 9110, section 10.2.3). @returns milliseconds, or null. */
export function parseRetryAfter(header: string | null, nowMs: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - nowMs);
}

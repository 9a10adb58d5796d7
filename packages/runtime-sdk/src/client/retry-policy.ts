/** How often and how long a repeatable call is tried again. */
export const MAX_ATTEMPTS = 4;
const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 10_000;
const LONGEST_RETRY_AFTER_MS = 60_000;

const RETRIED_STATUSES = new Set([429, 502, 503, 504]);

/** @returns whether an answer with this status may be followed by a better one. */
export function isRetriedStatus(status: number): boolean {
  return RETRIED_STATUSES.has(status);
}

/**
 * How long to wait before the next attempt.
 * @param options.attempt the attempt that failed, counted from 1.
 * @param options.retryAfter the server's `Retry-After`: seconds or an HTTP date (RFC 9110, section 10.2.3).
 * @returns milliseconds; null when waiting is pointless, because the attempts are used up or the server asks for over
 *   a minute. Without `Retry-After` any time up to a bound that doubles, so that clients do not come back together.
 */
export function retryDelay(options: {
  attempt: number;
  retryAfter: string | null;
  now: number;
  random: () => number;
}): number | null {
  if (options.attempt >= MAX_ATTEMPTS) return null;
  const asked = parseRetryAfter(options.retryAfter, options.now);
  if (asked !== null) return asked <= LONGEST_RETRY_AFTER_MS ? asked : null;
  return options.random() * Math.min(FIRST_DELAY_MS * 2 ** (options.attempt - 1), LONGEST_DELAY_MS);
}

function parseRetryAfter(header: string | null, now: number): number | null {
  if (header === null) return null;
  const text = header.trim();
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
}

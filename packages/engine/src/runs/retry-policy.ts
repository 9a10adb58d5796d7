/** How often a message is tried in all. */
export const MAX_ATTEMPTS = 5;

const FIRST_DELAY_MS = 5000;
const LONGEST_DELAY_MS = 300_000;
const LONGEST_RETRY_AFTER_MS = 86_400_000;

export interface RetryCircumstances {
  /** Numbers from 0 up to, but not including, 1. */
  random: () => number;
  /** What the upstream asked for; at least that long is waited, up to a day. */
  retryAfterSeconds?: number | undefined;
}

/**
 * How long a message waits after a failed attempt: 5 s, doubled with every attempt up to 5 min, times a random factor
 * from 0.5 to 1.5 so that Connections that failed together do not come back together.
 * @param attempt the one that failed, from 1.
 * @returns whole milliseconds, or null when that was the last attempt.
 */
export function computeRetryDelayMs(
  attempt: number,
  { random, retryAfterSeconds = 0 }: RetryCircumstances,
): number | null {
  if (attempt >= MAX_ATTEMPTS) return null;
  const steadyMs = Math.min(FIRST_DELAY_MS * 2 ** (attempt - 1), LONGEST_DELAY_MS);
  const spreadMs = Math.min(steadyMs * (0.5 + random()), LONGEST_DELAY_MS);
  const askedMs = Math.min(retryAfterSeconds * 1000, LONGEST_RETRY_AFTER_MS);
  // Everybody whom the upstream told the same time would otherwise arrive in the same instant.
  const afterAskedMs = askedMs + (askedMs > 0 ? random() * FIRST_DELAY_MS : 0);
  return Math.ceil(Math.max(spreadMs, afterAskedMs));
}

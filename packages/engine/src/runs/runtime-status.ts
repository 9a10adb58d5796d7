import type { RuntimeStatus } from '@withmarfa/shared';

/** From so many failures in a row on, a Connection is `failing`. */
export const FAILING_AFTER = 3;

/**
 * A Connection's status after an attempt.
 * @param current `paused` and `reauth_required` stay: no run ends them.
 * @param consecutiveFailures 0 after a success.
 */
export function computeRuntimeStatus(current: RuntimeStatus, consecutiveFailures: number): RuntimeStatus {
  if (current === 'paused' || current === 'reauth_required') return current;
  if (consecutiveFailures === 0) return 'healthy';
  return consecutiveFailures < FAILING_AFTER ? 'degraded' : 'failing';
}

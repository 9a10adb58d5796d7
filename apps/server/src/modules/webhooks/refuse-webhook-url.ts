import { MarfaError } from '@withmarfa/shared';
import type { Outbound } from '../../platform/outbound-fetch.ts';

/**
 * Refuses what would never be sent to: places that are not public, and plain http where that is not allowed.
 * @param options.mayBePlain true in development. A place that the operator let through may be plain as well.
 * @throws MarfaError `validation_error`.
 */
export function refuseWebhookUrl(
  text: string,
  { policy, mayBePlain }: { policy: Outbound['policy']; mayBePlain: boolean },
): void {
  const url = new URL(text);
  try {
    policy.assertUrl(url);
  } catch (error) {
    throw unfit(error instanceof Error ? error.message : String(error), error);
  }
  if (url.protocol !== 'https:' && !mayBePlain && !policy.isAllowed(url)) throw unfit('expected an https URL');
}

function unfit(message: string, cause?: unknown): MarfaError {
  const issues = [{ path: '$.url', message }];
  return new MarfaError('validation_error', `$.url: ${message}.`, { details: { issues }, cause });
}

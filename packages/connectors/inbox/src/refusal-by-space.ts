import { type HandlerResult, MarfaApiError } from '@withmarfa/runtime-sdk';

/** Would be refused again: the item itself is at fault, or what the space lets this connector write. */
const FINAL_STATUSES = [400, 403, 409, 413, 422];

/** @returns the failure for good that a refused write is; null for what may go well another time. */
export function refusalBySpace(error: unknown): HandlerResult | null {
  if (!MarfaApiError.is(error) || !FINAL_STATUSES.includes(error.status)) return null;
  return { ok: false, retry: false, reason: `the space refused the mail: ${error.code} ${error.message}` };
}

import type { Endpoint } from '../api/endpoint.ts';
import type { ErrorCode } from '../errors/error-codes.ts';
import { ERROR_CODES } from '../errors/error-codes.ts';

/** What any endpoint may answer: input that does not fit, limits, and faults of the server itself. */
export const GENERAL_ERROR_CODES: readonly ErrorCode[] = [
  'validation_error',
  'invalid_request',
  'unauthorized',
  'expired_token',
  'payload_too_large',
  'rate_limited',
  'internal_error',
  'storage_unavailable',
];

/**
 * Every code that an error answer of this endpoint may carry: its own, those of who may call it, and the general ones.
 * @returns in the order of {@link ERROR_CODES}, each once.
 */
export function errorCodesOf(endpoint: Endpoint): ErrorCode[] {
  const codes = new Set<ErrorCode>([...GENERAL_ERROR_CODES, ...endpoint.errors]);
  if (endpoint.audience === 'space-admin' || endpoint.audience === 'platform') codes.add('forbidden');
  // An Idempotency-Key that was used with another body.
  if (endpoint.method !== 'GET') codes.add('conflict');
  return ERROR_CODES.filter((code) => codes.has(code));
}

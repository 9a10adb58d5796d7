import { EgressRefusedError } from '@withmarfa/runtime-sdk/host';
import { MarfaError } from '@withmarfa/shared';
import { errors } from 'undici';

/**
 * Says what a call that got no answer is refused with.
 *
 * - `oauth_proxy_upstream_invalid`: the address must not be dialled. It was not, and trying again changes nothing.
 * - `upstream_unreachable`: no connection, a broken one, or no answer in time. The upstream may have done what it was asked.
 */
export function toProxyRefusal(thrown: unknown): unknown {
  if (MarfaError.is(thrown)) return thrown;
  if (EgressRefusedError.is(thrown))
    return new MarfaError(
      'oauth_proxy_upstream_invalid',
      'The upstream address is no place that this server may call.',
      {
        details: { reason: 'address' },
        cause: thrown,
      },
    );
  if (thrown instanceof errors.InvalidArgumentError)
    return new MarfaError('validation_error', 'The request has a header that cannot be sent on.', { cause: thrown });
  const isSlow = thrown instanceof errors.HeadersTimeoutError || thrown instanceof errors.ConnectTimeoutError;
  return new MarfaError(
    'upstream_unreachable',
    isSlow
      ? 'The upstream did not answer in time.'
      : 'The upstream could not be reached, or broke off before it answered.',
    { details: { reason: isSlow ? 'timeout' : 'connection' }, cause: thrown },
  );
}

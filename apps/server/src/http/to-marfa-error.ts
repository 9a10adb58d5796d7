import { MarfaError } from '@withmarfa/shared';
import { asStorageFault } from '../platform/database/storage-fault.ts';

/** Turns whatever was thrown into an error of the closed list; only known errors tell why. */
export function toMarfaError(thrown: unknown): MarfaError {
  // A caller that hangs up looks like a lost connection of our own; what the parsers blame on the request goes first.
  const known = MarfaError.is(thrown) ? thrown : (requestFault(thrown) ?? asStorageFault(thrown));
  if (MarfaError.is(known)) return known;
  return new MarfaError(
    'internal_error',
    'Something went wrong on the server; it has been logged under the X-Request-ID of this answer.',
  );
}

/** What the body readers and the routers say, in our words. */
function requestFault(thrown: unknown): MarfaError | null {
  if (thrown instanceof URIError)
    return new MarfaError('validation_error', 'The address holds a malformed percent-encoding.');
  if (typeof thrown !== 'object' || thrown === null) return null;
  switch ('type' in thrown ? thrown.type : undefined) {
    case 'entity.too.large':
      return new MarfaError('payload_too_large', 'The body is larger than this endpoint takes.');
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new MarfaError('validation_error', 'The body is not in an encoding this server reads; send UTF-8.');
    case 'request.aborted':
    case 'request.size.invalid':
      return new MarfaError('invalid_request', 'The body ended before its declared length.');
    default:
      return clientFault(thrown);
  }
}

/** Whatever else the parsers blame on the request, such as a body that does not decompress. */
function clientFault(thrown: object): MarfaError | null {
  const status = 'status' in thrown && typeof thrown.status === 'number' ? thrown.status : 500;
  if (status === 413) return new MarfaError('payload_too_large', 'The body has more parts than this endpoint takes.');
  if (status >= 400 && status < 500)
    return new MarfaError('validation_error', 'The request cannot be read; check its body and its encoding.');
  return null;
}

import { MarfaError, toErrorEnvelope } from '@withmarfa/shared';
import type { ErrorRequestHandler, RequestHandler } from 'express';
import { asStorageFault } from '../platform/database/storage-fault.ts';
import type { Logger } from '../platform/logger.ts';
import { requestIdOf } from './request-log.ts';

/** The answer to an address that nothing serves. */
export const notFound: RequestHandler = (request) => {
  throw new MarfaError('not_found', `There is nothing at ${request.method} ${request.path}.`);
};

/** Turns whatever was thrown into the error envelope; only known errors tell why, the rest goes to the log. */
export function errorResponse(logger: Logger): ErrorRequestHandler {
  return (thrown, _request, response, next) => {
    if (response.headersSent) {
      next(thrown);
      return;
    }
    const error = toMarfaError(thrown);
    if (error.status >= 500) logger.error({ request_id: requestIdOf(response), error: thrown }, 'request failed');
    response.status(error.status);
    response.setHeader('X-Error-Code', error.code);
    if (error.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="marfa"');
    response.json(toErrorEnvelope(error));
  };
}

function toMarfaError(thrown: unknown): MarfaError {
  // A caller that hangs up looks like a lost connection of our own; what the parsers blame on the request goes first.
  const known = MarfaError.is(thrown) ? thrown : (bodyFault(thrown) ?? asStorageFault(thrown));
  if (MarfaError.is(known)) return known;
  return new MarfaError(
    'internal_error',
    'Something went wrong on the server; it has been logged under the X-Request-ID of this answer.',
  );
}

/** What the body parser and the router say, in our words. */
function bodyFault(thrown: unknown): MarfaError | null {
  if (thrown instanceof URIError)
    return new MarfaError('validation_error', 'The address holds a malformed percent-encoding.');
  if (typeof thrown !== 'object' || thrown === null) return null;
  switch ('type' in thrown ? thrown.type : undefined) {
    case 'entity.too.large':
      return new MarfaError('payload_too_large', 'The body is larger than this endpoint takes.');
    case 'entity.parse.failed':
      return new MarfaError('validation_error', 'The body is not valid JSON.', {
        details: { issues: [{ path: '$', message: 'expected JSON' }] },
      });
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new MarfaError('validation_error', 'The body is not in an encoding this server reads; send UTF-8 JSON.');
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

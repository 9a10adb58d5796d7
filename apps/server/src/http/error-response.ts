import { MarfaError, toErrorEnvelope } from '@withmarfa/shared';
import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import type { Logger } from '../platform/logger.ts';
import { requestIdOf } from './request-log.ts';
import { toMarfaError } from './to-marfa-error.ts';

/**
 * The answer to an address that nothing serves.
 * @throws URIError when the address itself cannot be read.
 * @param allowed tells the methods that the address does know, if any.
 */
export function notFound(allowed: (url: string) => string | null): RequestHandler {
  return (request, response) => {
    // A malformed percent-encoding is why nothing was found, so that is what is told.
    decodeURIComponent(request.path);
    const methods = allowed(request.originalUrl);
    if (methods !== null) response.setHeader('Allow', `OPTIONS, ${methods}`);
    throw new MarfaError('not_found', `There is nothing at ${request.method} ${request.path}.`);
  };
}

/** Tells what was thrown on a page in the error envelope; what is not known goes to the log. */
export function errorResponse(logger: Logger): ErrorRequestHandler {
  return (thrown, _request, response, next) => {
    if (response.headersSent) {
      next(thrown);
      return;
    }
    const error = toMarfaError(thrown);
    if (error.status >= 500) logger.error({ request_id: requestIdOf(response), error: thrown }, 'request failed');
    if (error.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="marfa"');
    answerError(response, error);
  };
}

/** Answers with an error in its envelope. */
export function answerError(response: Response, error: MarfaError): void {
  response.status(error.status).set('X-Error-Code', error.code).json(toErrorEnvelope(error));
}

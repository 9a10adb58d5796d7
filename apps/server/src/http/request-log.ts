import type { RequestHandler, Response } from 'express';
import type { Logger } from '../platform/logger.ts';

const ACCEPTED = /^[A-Za-z0-9_-]{1,128}$/;
const HEADER = 'X-Request-ID';

/**
 * Gives every request an id and, at debug level, one log line when it is answered. The id is the caller's
 * `X-Request-ID` when that is well-formed, else a made one; the answer echoes it. Query strings stay out of the log: they
 * may carry tokens.
 */
export function requestLog(logger: Logger, newId: () => string): RequestHandler {
  return (request, response, next) => {
    const given = request.headers['x-request-id'];
    response.setHeader(HEADER, typeof given === 'string' && ACCEPTED.test(given) ? given : newId());
    if (logger.isLevelEnabled('debug')) {
      const started = performance.now();
      const { method, path } = request;
      response.once('close', () => {
        const duration_ms = Math.round(performance.now() - started);
        const status = response.writableFinished ? response.statusCode : 'aborted';
        logger.debug({ request_id: requestIdOf(response), method, path, status, duration_ms }, 'answered');
      });
    }
    next();
  };
}

/** @returns the id that the answer carries. */
export function requestIdOf(response: Response): string {
  return String(response.getHeader(HEADER) ?? '');
}

import type { RequestHandler } from 'express';
import { pinoHttp } from 'pino-http';
import type { Logger } from '../platform/logger.ts';

const ACCEPTED = /^[A-Za-z0-9_-]{1,128}$/;

/**
 * Gives every request an id and one log line when it is answered. The id is the caller's `X-Request-ID` when that is
 * well-formed, else a made one; the answer echoes it. Query strings stay out of the log: they may carry tokens.
 */
export function requestLog(logger: Logger, newId: () => string): RequestHandler {
  return pinoHttp({
    logger,
    genReqId(request, response) {
      const given = request.headers['x-request-id'];
      const id = typeof given === 'string' && ACCEPTED.test(given) ? given : newId();
      response.setHeader('X-Request-ID', id);
      return id;
    },
    customLogLevel: (_request, response) => (response.statusCode >= 500 ? 'error' : 'debug'),
    quietReqLogger: true,
    wrapSerializers: false,
    serializers: {
      req: (request: { id: unknown; method: string; url: string }) => ({
        id: request.id,
        method: request.method,
        path: request.url.split('?')[0],
      }),
      res: (response: { statusCode: number }) => ({ status: response.statusCode }),
    },
  });
}

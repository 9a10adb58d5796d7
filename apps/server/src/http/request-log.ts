import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../platform/logger.ts';

const ACCEPTED = /^[A-Za-z0-9_-]{1,128}$/;
const HEADER = 'X-Request-ID';

/** @returns the caller's `X-Request-ID` when that is well-formed, else a made one; the answer echoes it. */
export function requestIdFor(request: IncomingMessage, newId: () => string): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && ACCEPTED.test(given) ? given : newId();
}

/**
 * Writes, at debug level, one log line when a request has been answered. Query strings stay out of the log: they may
 * carry tokens.
 */
export function logWhenAnswered(
  logger: Logger,
  { request, response, requestId }: { request: IncomingMessage; response: ServerResponse; requestId: string },
): void {
  const started = performance.now();
  const { method, url = '' } = request;
  const path = url.split('?', 1)[0];
  response.once('close', () => {
    const duration_ms = Math.round(performance.now() - started);
    const status = response.writableFinished ? response.statusCode : 'aborted';
    logger.debug({ request_id: requestId, method, path, status, duration_ms }, 'answered');
  });
}

/** Puts the id where {@link requestIdOf} and the client find it. */
export function setRequestId(response: ServerResponse, requestId: string): void {
  response.setHeader(HEADER, requestId);
}

/** @returns the id that the answer of a page carries. */
export function requestIdOf(response: ServerResponse): string {
  return String(response.getHeader(HEADER) ?? '');
}

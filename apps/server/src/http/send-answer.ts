import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Endpoint, toErrorEnvelope } from '@withmarfa/shared';
import type { Exchange } from './exchange.ts';
import { type StreamResult, toJsonText } from './mount-endpoint.ts';
import { toMarfaError } from './to-marfa-error.ts';

const JSON_CONTENT = 'application/json; charset=utf-8';
/** What is left of a body that nobody wanted is taken in for this long, so that its sender gets to read the answer. */
const DRAIN_WITHIN_MS = 10_000;

/** What an answer needs of an exchange. */
type Answering = Pick<Exchange, 'request' | 'response' | 'headers' | 'logger' | 'requestId'>;

/** Answers with a status and JSON; without a body when that is undefined. */
export function sendJson({ request, response, headers }: Answering, status: number, body: unknown): void {
  if (response.destroyed) return;
  if (body === undefined) {
    response.writeHead(status, headers).end();
  } else {
    const text = toJsonText(body);
    headers['Content-Type'] = JSON_CONTENT;
    headers['Content-Length'] = Buffer.byteLength(text);
    response.writeHead(status, headers).end(text);
  }
  if (!request.complete) drain(response);
}

/** Answers with the error envelope; only known errors tell why, the rest goes to the log. */
export function sendError(exchange: Answering, thrown: unknown): void {
  const { request, response, headers, logger, requestId } = exchange;
  const error = toMarfaError(thrown);
  // What an upstream does is no fault of this server.
  if (error.status >= 500)
    logger[error.status === 502 ? 'warn' : 'error']({ request_id: requestId, error: thrown }, 'request failed');
  if (response.headersSent) {
    response.destroy();
    return;
  }
  headers['X-Error-Code'] = error.code;
  if (error.status === 401) headers['WWW-Authenticate'] ??= 'Bearer realm="marfa"';
  // A client that asked whether to go on and is refused may send its body all the same, or not: the bytes that follow
  // cannot be told from a next request.
  if (!request.complete && request.headers.expect !== undefined) headers.Connection = 'close';
  sendJson(exchange, error.status, toErrorEnvelope(error));
}

/**
 * Writes a body out as fast as the client reads it. A body that fails after the head has been sent ends the connection,
 * so that nobody takes a part for the whole.
 */
export async function sendStream(exchange: Exchange, result: StreamResult<Endpoint>): Promise<void> {
  const { request, response, headers } = exchange;
  const body = result.body instanceof Readable ? result.body : Readable.from(result.body, { objectMode: false });
  if (request.method === 'HEAD' || response.destroyed) {
    body.destroy();
    if (!response.destroyed) response.writeHead(result.status, { ...headers, ...result.headers }).end();
    return;
  }
  response.writeHead(result.status, { ...headers, ...result.headers });
  // The client of an event stream waits for the head, long before the first event.
  response.flushHeaders();
  try {
    await pipeline(body, response);
  } catch (error) {
    if (!isHangUp(error)) exchange.logger.error({ request_id: exchange.requestId, error }, 'a stream broke off');
  }
}

function isHangUp(error: unknown): boolean {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ABORT_ERR' || code === 'ECONNRESET' || code === 'EPIPE';
}

function drain(response: ServerResponse): void {
  const { req: request } = response;
  const tooLong = setTimeout(() => request.destroy(), DRAIN_WITHIN_MS).unref();
  request.resume();
  void Promise.race([once(request, 'end'), once(request, 'close')])
    .catch(() => undefined)
    .finally(() => clearTimeout(tooLong));
}

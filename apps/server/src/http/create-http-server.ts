import { createServer, type RequestListener, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { type ErrorCode, MarfaError, toErrorEnvelope } from '@withmarfa/shared';
import { requestIdFor } from './request-log.ts';
import { apiHeaders } from './security-headers.ts';

const HEADERS_WITHIN_MS = 20_000;
/** Long enough for a large file over a slow line; JSON bodies have a shorter limit of their own. */
const REQUEST_WITHIN_MS = 600_000;

/** What is no HTTP that anybody could route: its status, and how the envelope says it. */
interface Refusal {
  status: number;
  code: ErrorCode;
  message: string;
}

const UNREADABLE: Refusal = { status: 400, code: 'invalid_request', message: 'The request is not well-formed HTTP.' };
const BY_FAULT: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: { status: 431, code: 'payload_too_large', message: 'The headers are too large.' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, code: 'payload_too_large', message: 'The chunks are too large.' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'invalid_request', message: 'The request took too long to arrive.' },
};
const NO_HOST: Refusal = { status: 400, code: 'invalid_request', message: 'A Host header is needed.' };
const NO_SUCH_EXPECTATION: Refusal = {
  status: 417,
  code: 'invalid_request',
  message: 'The one expectation that is met is 100-continue.',
};

/**
 * The server's socket side. A slow sender is given so long for its headers, and for all of its request; answers may take
 * as long as they like. What never becomes a request is refused like one: in the envelope, under a request id.
 */
export function createHttpServer(
  listener: RequestListener,
  { newId, hsts }: { newId: () => string; hsts: boolean },
): Server {
  /** The answer that a connection is busy with; another must not be written into it. */
  const underWay = new WeakMap<Socket, ServerResponse>();
  const parts = (refusal: Refusal, requestId: string) => {
    const text = JSON.stringify(toErrorEnvelope(new MarfaError(refusal.code, refusal.message)));
    const headers = {
      ...apiHeaders(requestId, { hsts }),
      'X-Error-Code': refusal.code,
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(text),
      Connection: 'close',
    };
    return { text, headers };
  };
  const guarded: RequestListener = (request, response) => {
    underWay.set(request.socket, response);
    if (request.httpVersion === '1.1' && request.headers.host === undefined) refuse(NO_HOST)(request, response);
    else listener(request, response);
  };
  const refuse =
    (refusal: Refusal): RequestListener =>
    (request, response) => {
      const { text, headers } = parts(refusal, requestIdFor(request, newId));
      response.writeHead(refusal.status, headers).end(text);
    };

  const options = {
    headersTimeout: HEADERS_WITHIN_MS,
    requestTimeout: REQUEST_WITHIN_MS,
    // Refused here, so that this refusal looks like the others.
    requireHostHeader: false,
  };
  return (
    createServer(options, guarded)
      // Refusals go out before a client that asks first has sent its body; who reads a body says that it may come.
      .on('checkContinue', guarded)
      .on('checkExpectation', refuse(NO_SUCH_EXPECTATION))
      .on('clientError', (error: NodeJS.ErrnoException, stream) => {
        const socket = stream as Socket;
        const response = underWay.get(socket);
        const isAnswering = response?.headersSent === true && !response.writableFinished;
        if (!socket.writable || isAnswering) {
          socket.destroy(error);
          return;
        }
        const refusal = BY_FAULT[error.code ?? ''] ?? UNREADABLE;
        const { text, headers } = parts(refusal, newId());
        const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
        const line = `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}\r\n`;
        socket.end(`${line}${head.join('')}\r\n${text}`, () => socket.destroy(error));
      })
  );
}

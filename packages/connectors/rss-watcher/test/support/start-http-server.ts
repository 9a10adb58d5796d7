import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HttpServer {
  url: string;
  /** `host:port`, for an outbound allow-list. */
  host: string;
  seen: IncomingMessage[];
  /** What answers; may be replaced between requests. */
  answer: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A real HTTP server on a port of its own. */
export async function startHttpServer(answer: HttpServer['answer']): Promise<HttpServer> {
  const server = createServer((request, response) => {
    running.seen.push(request);
    void Promise.resolve(running.answer(request, response)).catch((error) => response.destroy(error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const running: HttpServer = {
    url: `http://${host}`,
    host,
    seen: [],
    answer,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
  return running;
}

/** Answers every request with this body. */
export function serve(
  body: string | Uint8Array,
  headers: Record<string, string> = {},
  status = 200,
): HttpServer['answer'] {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/xml', ...headers });
    response.end(body);
  };
}

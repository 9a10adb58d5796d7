import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export interface SeenRequest {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface HttpServer {
  url: string;
  port: number;
  /** Everything asked so far, in order. */
  seen: SeenRequest[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** A real HTTP server on a free port of 127.0.0.1. */
export async function startHttpServer(
  answer: (request: SeenRequest, response: ServerResponse) => void | Promise<void>,
): Promise<HttpServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    const handle = async () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, url, headers, body: await text(incoming) };
      seen.push(request);
      await answer(request, response);
    };
    // A client that leaves while it sends is part of some tests.
    handle().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    seen,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

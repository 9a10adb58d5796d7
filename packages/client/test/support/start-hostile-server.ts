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

export interface HostileServer {
  url: string;
  /** Everything asked so far, in order. */
  seen: SeenRequest[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** What one request is answered with. */
export type Behaviour = (response: ServerResponse, request: SeenRequest) => void;

/** A real HTTP server that behaves as told, one behaviour a request; the last one stays. */
export async function startHostileServer(...behaviours: Behaviour[]): Promise<HostileServer> {
  const seen: SeenRequest[] = [];
  const server = createServer((incoming, response) => {
    const handle = async () => {
      const { method = '', url = '', headers } = incoming;
      const request = { method, url, headers, body: await text(incoming) };
      seen.push(request);
      const behaviour = behaviours[Math.min(seen.length, behaviours.length) - 1];
      behaviour?.(response, request);
    };
    // A client that leaves while it sends is part of some tests.
    handle().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Behaviour =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'r-1', ...headers });
    response.end(JSON.stringify(body));
  };

export const refusal = (status: number, code: string, headers: Record<string, string> = {}): Behaviour =>
  json(
    status,
    { error: { code, message: 'No.', details: { issues: [{ path: '$.type', message: 'missing' }] } } },
    headers,
  );

/** Ends the connection before, or in the middle of, an answer. */
export const cut: Behaviour = (response) => {
  response.destroy();
};
export const cutShort: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
  response.write('{"status":"o');
  response.socket?.end();
};
export const silence: Behaviour = () => undefined;
export const raw =
  (status: number, type: string, body: string): Behaviour =>
  (response) => {
    response.writeHead(status, { 'content-type': type });
    response.end(body);
  };
/** Writes pieces of an event stream, then ends or holds the connection. */
export const stream =
  (pieces: readonly string[], { hold = false } = {}): Behaviour =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const piece of pieces) response.write(piece);
    if (hold) response.flushHeaders();
    else response.end();
  };

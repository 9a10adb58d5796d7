import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a test server says to every request. */
export interface Answer {
  status?: number;
  body?: unknown;
  text?: string;
}

export interface TestServer {
  url: string;
  received: { path: string; body: unknown }[];
  close(): Promise<void>;
}

/** Starts an HTTP server on a free port of this machine that gives one answer and remembers what it was asked. */
export async function startServer({ status = 200, body, text = JSON.stringify(body) }: Answer): Promise<TestServer> {
  const received: TestServer['received'] = [];
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const sent = Buffer.concat(chunks).toString();
      received.push({ path: incoming.url ?? '', body: sent === '' ? undefined : JSON.parse(sent) });
      outgoing.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(text);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

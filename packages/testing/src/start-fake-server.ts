import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of a test's own, on a free port of 127.0.0.1. */
export interface FakeServer {
  /** Without a trailing slash. */
  url: string;
  port: number;
  /** Cuts every connection, and resolves once the port is free. */
  close(): Promise<void>;
}

/**
 * Starts an HTTP server on a port that the operating system chooses.
 * @param listener answers each request; one that throws cuts the connection.
 */
export async function startFakeServer(
  listener: (request: IncomingMessage, response: ServerResponse) => void | Promise<void>,
): Promise<FakeServer> {
  const server = createServer((request, response) => {
    const answered = async () => listener(request, response);
    // A client that leaves while it sends is part of some tests.
    answered().catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  type AuthorizationServerOptions,
  type FakeAuthorizationServer,
  startFakeAuthorizationServer,
} from '@withmarfa/testing';

/** An upstream with accounts: an authorization server, and an API that its tokens open. */
export interface UpstreamAccount {
  authorization: FakeAuthorizationServer;
  /** Base address of the API. */
  apiUrl: string;
  /** Calls that came with a live token. */
  readonly served: number;
  /** Calls that were refused with 401. */
  readonly refused: number;
  /** From here on each call is refused, whatever token it brings. */
  refuseAll(): void;
  close(): Promise<void>;
}

export async function startUpstreamAccount(options: AuthorizationServerOptions = {}): Promise<UpstreamAccount> {
  const authorization = await startFakeAuthorizationServer({ strict: true, ...options });
  let served = 0;
  let refused = 0;
  let closedToAll = false;
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    request.resume();
    if (closedToAll) {
      refused += 1;
      response.writeHead(401, { 'www-authenticate': 'Bearer error="invalid_token"' }).end();
      return;
    }
    if (authorization.requireBearer(request, response) === null) {
      refused += 1;
      return;
    }
    served += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ path: request.url }));
  };
  // A thousand connections at once are more than the usual backlog takes.
  const server = createServer(listener).listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  return {
    authorization,
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`,
    get served() {
      return served;
    },
    get refused() {
      return refused;
    },
    refuseAll() {
      closedToAll = true;
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await authorization.close();
    },
  };
}

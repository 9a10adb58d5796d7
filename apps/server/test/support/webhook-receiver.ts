import { createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { waitFor } from './start-server.ts';

/** One delivery as a receiver got it. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever came.
  body: any;
}

/** A receiver on 127.0.0.1 whose answer a test sets; it says 204 until told otherwise. */
export interface WebhookReceiver {
  url: string;
  received: Received[];
  answerWith(listener: RequestListener): void;
  /** Waits for so many deliveries. @returns all of them. */
  wait(count: number): Promise<Received[]>;
  close(): Promise<void>;
}

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const ok = (_request: unknown, response: ServerResponse) => response.writeHead(204).end();
  let listener: RequestListener = ok;
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (chunk: string) => {
      text += chunk;
    });
    request.on('end', () => {
      received.push({ path: request.url ?? '', headers: request.headers, text, body: JSON.parse(text) });
      listener(request, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answerWith(next) {
      listener = next;
    },
    async wait(count) {
      await waitFor(() => received.length >= count);
      return received;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Verifies a signature as a receiver would, by the documentation alone. */
export function isSignedWith(secret: string, { headers, text }: Received): boolean {
  const match = /^t=(\d{10}),v1=([0-9a-f]{64})$/.exec(String(headers['x-marfa-signature']));
  if (!match?.[1] || !match[2]) return false;
  const expected = createHmac('sha256', secret).update(`${match[1]}.${text}`).digest();
  return timingSafeEqual(expected, Buffer.from(match[2], 'hex'));
}

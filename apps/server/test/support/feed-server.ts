import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A publisher on 127.0.0.1 whose answer a test sets. */
export interface FeedServer {
  url: string;
  requests: { path: string; headers: Record<string, string | string[] | undefined> }[];
  answerWith(listener: RequestListener): void;
  /** Serves a feed with these entries, with an ETag that follows the content. */
  publish(entries: readonly FeedEntry[]): void;
  close(): Promise<void>;
}

export interface FeedEntry {
  id: string;
  title: string;
}

export async function startFeedServer(): Promise<FeedServer> {
  let listener: RequestListener = (_request, response) => response.writeHead(404).end();
  const requests: FeedServer['requests'] = [];
  const server = createServer((request, response) => {
    requests.push({ path: request.url ?? '', headers: request.headers });
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    requests,
    answerWith(next) {
      listener = next;
    },
    publish(entries) {
      const body = rss(url, entries);
      const etag = `"${Buffer.from(entries.map((entry) => entry.id + entry.title).join())
        .toString('base64url')
        .slice(-40)}"`;
      listener = (request, response) => {
        if (request.headers['if-none-match'] === etag) return response.writeHead(304, { etag }).end();
        return response.writeHead(200, { 'content-type': 'application/rss+xml; charset=utf-8', etag }).end(body);
      };
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function rss(url: string, entries: readonly FeedEntry[]): string {
  const items = entries.map(
    ({ id, title }) =>
      `<item><guid isPermaLink="false">${id}</guid><title>${title}</title><link>${url}/${id}</link></item>`,
  );
  return `<?xml version="1.0"?><rss version="2.0"><channel><title>Test feed</title><link>${url}</link><description>t</description>${items.join('')}</channel></rss>`;
}

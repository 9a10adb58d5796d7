import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { startBenchServer } from './server-process.ts';

const ENTRIES = 1000;

interface Run {
  status: string;
  started_at: string;
  finished_at: string | null;
  items_created: number;
  items_updated: number;
}

/** One poll of a 1,000-entry feed: the first one, one without changes but without validators, and one answered 304. */
export async function benchFeedPoll(): Promise<string[]> {
  const feed = await startFeed();
  const server = await startBenchServer();
  try {
    const { data } = await server.call<{ data: { id: string }[] }>(
      'GET',
      '/integrations?manifest_name=withmarfa.rss-watcher',
    );
    const { connection_id } = await server.call<{ connection_id: string }>('POST', '/connections/install', {
      integration_id: data[0]?.id,
      configuration: { feed_url: feed.url },
    });
    const poll = async () => {
      const { run_id } = await server.call<{ run_id: string }>('POST', `/connections/${connection_id}/run`);
      for (;;) {
        const run = await server.call<Run>('GET', `/connections/${connection_id}/runs/${run_id}`);
        if (run.finished_at) return { ms: Date.parse(run.finished_at) - Date.parse(run.started_at), run };
        await wait(20);
      }
    };
    const first = await poll();
    const unchanged = await poll();
    feed.answerNotModified();
    const notModified = await poll();
    return [
      `first poll of a ${ENTRIES}-entry feed: ${first.ms} ms (${first.run.items_created} created, the connector process starts in it)`,
      `  the same again, body sent in full: ${unchanged.ms} ms (${unchanged.run.items_created} created, ${unchanged.run.items_updated} updated)`,
      `  answered 304: ${notModified.ms} ms`,
    ];
  } finally {
    await server.stop();
    feed.close();
  }
}

async function startFeed() {
  let notModified = false;
  const items = Array.from(
    { length: ENTRIES },
    (
      _,
      index,
    ) => `<item><guid>entry-${index}</guid><title>Entry ${index}</title><link>https://feed.example/${index}</link>
      <pubDate>${new Date(Date.UTC(2026, 0, 1) + index * 60_000).toUTCString()}</pubDate>
      <description><![CDATA[<p>Some <b>text</b> of entry ${index}, as long as summaries usually are, with an <a href="/x">anchor</a>.</p>]]></description></item>`,
  );
  const body = `<?xml version="1.0"?><rss version="2.0"><channel><title>Large</title><link>https://feed.example/</link><description>x</description>${items.join('')}</channel></rss>`;
  const server = createServer((_request, response) => {
    if (notModified) response.writeHead(304).end();
    else response.writeHead(200, { 'content-type': 'application/rss+xml' }).end(body);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/feed.xml`,
    answerNotModified() {
      notModified = true;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

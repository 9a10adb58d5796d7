import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ConnectorMessageSchema, type RunOutcome, type RunRequest } from '@withmarfa/runtime-sdk/host';
import { describe, expect, it } from 'vitest';
import { connector, INTEGRATION_NAME, manifest } from '../src/index.ts';
import { aRunRequest } from './support/create-watcher.ts';
import { createFakeSpace } from './support/fake-space.ts';
import { anRssFeed, someItems } from './support/fixture.ts';
import { serve, startHttpServer } from './support/start-http-server.ts';

/** Starts the connector's local entry as a host does. */
async function startLocal(allow: string) {
  const child = fork(fileURLToPath(new URL('../src/local.ts', import.meta.url)), {
    execArgv: ['--conditions=@withmarfa/source', '--max-old-space-size=64'],
    serialization: 'advanced',
    env: { PATH: process.env.PATH, MARFA_OUTBOUND_ALLOW: allow },
  });
  const next = (type: string) => nextMessage(child, type);
  const ready = await next('ready');
  return {
    ready,
    async run(request: RunRequest): Promise<RunOutcome> {
      const outcome = next('outcome');
      child.send(request);
      const message = await outcome;
      if (message.type !== 'outcome') throw new Error(message.type);
      return message.outcome;
    },
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit');
      child.disconnect();
      expect(await exited).toEqual([0, null]);
    },
  };
}

async function nextMessage(child: ChildProcess, type: string) {
  for (;;) {
    const [raw] = await once(child, 'message');
    const message = ConnectorMessageSchema.parse(raw);
    if (message.type === type) return message;
  }
}

describe('RSS Watcher in a process of its own', () => {
  it('announces itself, polls over HTTP with the credential it is given, and ends with its host', async () => {
    const space = createFakeSpace();
    await using marfa = await startHttpServer(async (request, response) => {
      const body = await new Response(request as unknown as ReadableStream).text();
      const answer = await space.fetch(`http://space.test${request.url}`, { method: request.method ?? 'GET', body });
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text());
    });
    await using feeds = await startHttpServer(serve(anRssFeed(someItems(1200)), { etag: '"v1"' }));
    await using local = await startLocal(feeds.host);
    expect(local.ready).toEqual({ type: 'ready', manifest: connector.manifest });

    const first = await local.run(aRunRequest({ feedUrl: feeds.url, serverUrl: marfa.url }));
    expect(first).toMatchObject({ result: { ok: true }, items_created: 1200, items_updated: 0 });
    expect(space.items.size).toBe(1200);
    expect(marfa.seen[0]?.headers.authorization).toBe('Bearer test-key');

    const again = aRunRequest({ feedUrl: feeds.url, serverUrl: marfa.url, cursors: first.cursor_set });
    expect(await local.run(again)).toMatchObject({ result: { ok: true }, items_created: 0, items_updated: 0 });
    expect(feeds.seen[1]?.headers['if-none-match']).toBe('"v1"');
  });
});

describe('the manifest', () => {
  it('is complete as it stands', () => {
    expect(connector.integrationName).toBe(INTEGRATION_NAME);
    expect(connector.manifest).toMatchObject(manifest);
    expect(connector.manifest.bidirectional_handling.tombstone_mapping).toBe('ignore');
  });
});

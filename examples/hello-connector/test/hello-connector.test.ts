import { systemClock } from '@withmarfa/runtime-sdk';
import { type RunOutcome, runHandler } from '@withmarfa/runtime-sdk/host';
import { afterEach, describe, expect, it } from 'vitest';
import { connector } from '../src/connector.ts';
import { type Answer, startServer, type TestServer } from './start-server.ts';

const CONNECTION_ID = '01936d2e-7b7a-7000-8000-00000000c0de';
const RUN_ID = '01936d2e-7b7a-7000-8000-000000000001';
const ENTRIES = [
  { id: 'one', title: 'First', text: 'Hello.' },
  { id: 'two', title: 'Second' },
];
const SAVED: Answer = {
  body: { counts: { created: 2, updated: 0, skipped: 0, errored: 0 }, results: [] },
};

const servers: TestServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function start(answer: Answer): Promise<TestServer> {
  const server = await startServer(answer);
  servers.push(server);
  return server;
}

/** Runs the connector once, as a Marfa server would, against an endpoint and a stand-in for the space. */
async function runOnce(endpointAnswer: Answer): Promise<{ outcome: RunOutcome; writes: unknown[] }> {
  const endpoint = await start(endpointAnswer);
  const space = await start(SAVED);
  const outcome = await runHandler(
    {
      type: 'run',
      run_id: RUN_ID,
      message: {
        kind: 'schedule',
        integration_name: connector.integrationName,
        connection_id: CONNECTION_ID,
        scheduled_for_ms: Date.now(),
      },
      configuration: { endpoint_url: endpoint.url },
      cursors: {},
      credential: { api_key: 'a key for this test', expires_at_ms: Date.now() + 900_000 },
      server_url: space.url,
      deadline_ms: Date.now() + 30_000,
    },
    {
      fetch,
      egressFetch: fetch,
      log: () => undefined,
      refreshCredential: async () => null,
      clock: systemClock,
      random: () => 0.5,
    },
  );
  return { outcome, writes: space.received.map(({ path, body }) => ({ path, body })) };
}

describe('the hello connector', () => {
  it('keeps each entry as a note, under the entry’s own id', async () => {
    const { outcome, writes } = await runOnce({ body: ENTRIES });
    expect(outcome).toMatchObject({ result: { ok: true }, items_created: 2 });
    expect(writes).toMatchObject([
      {
        path: '/items/bulk',
        body: {
          mode: 'upsert',
          items: [
            { type: 'core.note', source_id: 'one', properties: { title: 'First', body: 'Hello.' } },
            { type: 'core.note', source_id: 'two', properties: { title: 'Second', body: '' } },
          ],
        },
      },
    ]);
  });

  it('asks for another attempt when the endpoint is in trouble', async () => {
    const { outcome, writes } = await runOnce({ status: 503, body: {} });
    expect(outcome.result).toEqual({ ok: false, retry: true, reason: 'the endpoint answered 503' });
    expect(writes).toEqual([]);
  });

  it.each<[string, Answer, string]>([
    ['is not there', { status: 404, body: {} }, 'the endpoint answered 404'],
    ['answers something else', { body: { entries: [] } }, 'the endpoint did not answer a list of entries'],
    ['does not answer JSON', { text: '<html>' }, 'the endpoint did not answer a list of entries'],
  ])('gives up and says why when the endpoint %s', async (_what, answer, reason) => {
    const { outcome } = await runOnce(answer);
    expect(outcome.result).toEqual({ ok: false, retry: false, reason });
  });
});

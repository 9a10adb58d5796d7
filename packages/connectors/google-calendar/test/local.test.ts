import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ConnectorMessageSchema, type RunOutcome, type RunRequest } from '@withmarfa/runtime-sdk/host';
import { startFakeServer } from '@withmarfa/testing';
import { describe, expect, it } from 'vitest';
import { connector, INTEGRATION_NAME, manifest } from '../src/index.ts';

const CONNECTION = '0190a8b0-0000-7000-8000-00000000c001';
const MONDAY = { start: { date: '2026-03-09' }, end: { date: '2026-03-10' } };

function aRun(server_url: string): RunRequest {
  const now = Date.now();
  return {
    type: 'run',
    run_id: '0190a8b0-0000-7000-8000-00000000a001',
    message: {
      kind: 'schedule',
      integration_name: INTEGRATION_NAME,
      connection_id: CONNECTION,
      scheduled_for_ms: now,
    },
    configuration: {
      target_type: 'google.calendar.event',
      mode: 'single',
      selected_calendar_ids: [],
      default_write_calendar_id: 'primary',
      inbound_webhook_url: '',
    },
    cursors: {},
    credential: { api_key: 'test-key', expires_at_ms: now + 900_000 },
    server_url,
    deadline_ms: now + 120_000,
  };
}

async function nextMessage(child: ChildProcess, type: string) {
  for (;;) {
    const [raw] = await once(child, 'message');
    const message = ConnectorMessageSchema.parse(raw);
    if (message.type === type) return message;
  }
}

/** Starts the connector's local entry as a host does. */
async function startLocal() {
  const child = fork(fileURLToPath(new URL('../src/local.ts', import.meta.url)), {
    execArgv: ['--conditions=@withmarfa/source', '--max-old-space-size=64'],
    serialization: 'advanced',
    env: { PATH: process.env.PATH },
  });
  const ready = await nextMessage(child, 'ready');
  return {
    ready,
    async run(request: RunRequest): Promise<RunOutcome> {
      const outcome = nextMessage(child, 'outcome');
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

describe('Google Calendar in a process of its own', () => {
  it('announces itself, and reads a large calendar through Marfa’s proxy with 64 MiB of heap', async () => {
    const proxy = `/connections/${CONNECTION}/proxy`;
    const seen: string[] = [];
    const marfa = await startFakeServer(async (request, response) => {
      const [path = '', query = ''] = (request.url ?? '').split('?');
      seen.push(`${request.method} ${path} ${request.headers.authorization}`);
      const body = await text(request);
      const answer = (status: number, value: unknown): void => {
        response.writeHead(status).end(JSON.stringify(value));
      };
      if (path === `${proxy}/users/me/calendarList`)
        return answer(200, { items: [{ id: 'me@example.com', primary: true }] });
      if (path === `${proxy}/calendars/me%40example.com/events`) {
        const page = Number(new URLSearchParams(query).get('pageToken') ?? 0);
        const items = Array.from({ length: 250 }, (_, index) => ({
          id: `event${page}x${index}`,
          description: 'long '.repeat(800),
          ...MONDAY,
        }));
        return answer(200, { items, ...(page < 9 ? { nextPageToken: String(page + 1) } : { nextSyncToken: 'next' }) });
      }
      if (path === '/items') return answer(201, anEnvelope());
      const { items } = JSON.parse(body) as { items: unknown[] };
      const results = items.map((_, index) => ({ index, outcome: 'created' }));
      return answer(200, { counts: { created: items.length, updated: 0, skipped: 0, errored: 0 }, results });
    });
    await using _ = { [Symbol.asyncDispose]: () => marfa.close() };
    await using local = await startLocal();
    expect(local.ready).toEqual({ type: 'ready', manifest: connector.manifest, renews: true });
    const outcome = await local.run(aRun(marfa.url));
    expect(outcome).toMatchObject({ result: { ok: true }, items_created: 2500 });
    expect(outcome.cursor_set.main).toMatchObject({
      source: INTEGRATION_NAME,
      primary: 'me@example.com',
      calendars: { 'me@example.com': { sync_token: 'next' } },
    });
    expect(seen.every((line) => line.endsWith('Bearer test-key'))).toBe(true);
  });
});

function anEnvelope() {
  const at = '2026-03-01T09:30:00.000Z';
  const id = '0190a8b0-0000-7000-8000-00000000d001';
  return {
    item: {
      id,
      type: 'google.calendar.event',
      properties: {},
      state: 'active',
      tenant_id: null,
      version: 1,
      schema_version: '1.0.0',
      source: INTEGRATION_NAME,
      timestamp: at,
      created_at: at,
      updated_at: at,
    },
    metadata: { item_id: id, tags: [], extensions: {} },
  };
}

describe('the manifest', () => {
  it('is complete as it stands', () => {
    expect(connector.integrationName).toBe(INTEGRATION_NAME);
    expect(connector.manifest).toMatchObject(manifest);
    expect(connector.manifest.bidirectional_handling).toEqual({
      echo_ttl_seconds: 120,
      lag_window_seconds: 600,
      tombstone_mapping: 'state-trashed',
      partial_write_mode: 'accept-partial',
    });
    expect(connector.manifest.triggers.map(({ type }) => type)).toEqual([
      'schedule',
      'webhook',
      'item-event',
      'manual',
    ]);
  });
});

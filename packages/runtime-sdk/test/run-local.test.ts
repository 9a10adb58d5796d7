import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { aDelivery, anEnvelope, aRunRequest, RUN } from './support/builders.ts';
import { FIXTURE, startConnector } from './support/start-connector.ts';
import { startHttpServer } from './support/start-http-server.ts';
import { refusal, startMarfa } from './support/start-marfa.ts';

const OTHER_RUN = '0190a8b0-0000-7000-8000-000000000005';

describe('runLocal in a process of its own', () => {
  it.for(['advanced', 'json'] as const)(
    'announces itself and runs a handler over a %s channel',
    async (serialization) => {
      await using marfa = await startMarfa({ 'POST /items': () => ({ status: 201, body: anEnvelope() }) });
      await using connector = await startConnector({ serialization });
      expect(await connector.next('ready')).toMatchObject({
        type: 'ready',
        manifest: { name: 'acme.test', version: '1.2.3', manifest_schema_version: '1.2.0' },
      });
      const outcome = await connector.run(
        aRunRequest({ server_url: marfa.url, configuration: { act: 'create' }, cursors: { main: 'before' } }),
      );
      expect(outcome).toEqual({
        result: { ok: true },
        cursor_set: { main: { created: true, before: 'before' } },
        cursor_cleared: [],
        items_created: 1,
        items_updated: 0,
      });
      expect(marfa.seen[0]?.headers.authorization).toBe('Bearer first-key');
      expect(await connector.next('log')).toEqual({
        type: 'log',
        run_id: RUN,
        level: 'info',
        message: 'created',
        fields: { created: true },
      });
    },
  );

  it('runs several requests at once and answers each', async () => {
    await using connector = await startConnector();
    const slow = connector.run(aRunRequest({ configuration: { act: 'deaf' } }));
    await connector.next('log');
    const quick = await connector.run(aRunRequest({ run_id: OTHER_RUN, configuration: { act: 'sing' } }));
    expect(quick.result).toEqual({ ok: false, retry: true, reason: 'cannot sing' });
    expect(connector.said.some((message) => message.type === 'outcome' && message.run_id === RUN)).toBe(false);
    connector.send({ type: 'cancel', run_id: RUN });
    expect((await slow).result).toEqual({ ok: false, retry: true, reason: 'the host cancelled the run' });
  });

  it('hands a webhook handler the exact bytes', async () => {
    await using connector = await startConnector();
    const outcome = await connector.run(
      aRunRequest({
        configuration: { act: '' },
        message: aDelivery({ delivery_id: 'd1', body_base64: btoa('hello') }),
      }),
    );
    expect(outcome.result).toEqual({ ok: true });
    expect(await connector.next('log')).toMatchObject({ message: 'got hello', fields: { id: 'd1' } });
  });

  it('asks the host for a fresh credential after a 401 and uses it', async () => {
    await using marfa = await startMarfa({
      'POST /items': ({ headers }) =>
        headers.authorization === 'Bearer second-key'
          ? { status: 200, body: anEnvelope() }
          : { status: 401, body: refusal('unauthorized') },
    });
    await using connector = await startConnector();
    const running = connector.run(aRunRequest({ server_url: marfa.url, configuration: { act: 'create' } }));
    await connector.next('credential-request');
    const credential = { api_key: 'second-key', expires_at_ms: Date.now() + 900_000 };
    connector.send({ type: 'credential', run_id: RUN, credential });
    expect(await running).toMatchObject({ result: { ok: true }, items_updated: 1 });
  });

  it('ends the run when the host has no credential any more, and leaves the message to it', async () => {
    await using marfa = await startMarfa({ 'POST /items': () => ({ status: 401, body: refusal('unauthorized') }) });
    await using connector = await startConnector();
    const running = connector.run(aRunRequest({ server_url: marfa.url, configuration: { act: 'create' } }));
    await connector.next('credential-request');
    connector.send({ type: 'credential', run_id: RUN, credential: null });
    expect((await running).result).toEqual({ ok: false, retry: true, reason: expect.stringMatching(/is gone/) });
  });

  it('cancels a run, even one that does not listen', async () => {
    await using connector = await startConnector();
    const running = connector.run(aRunRequest({ configuration: { act: 'deaf' } }));
    await connector.next('log');
    connector.send({ type: 'cancel', run_id: RUN });
    expect((await running).result).toEqual({ ok: false, retry: true, reason: 'the host cancelled the run' });
  });

  it('refuses private addresses, and reaches those of the allow-list', async () => {
    await using upstream = await startHttpServer((_, response) => void response.end('hello'));
    const request = aRunRequest({ configuration: { act: 'fetch', url: `${upstream.url}/feed` } });
    {
      await using connector = await startConnector();
      const { result } = await connector.run(request);
      expect(result).toMatchObject({ ok: false, reason: /refused.*loopback/ });
      expect(upstream.seen).toEqual([]);
    }
    await using connector = await startConnector({ env: { MARFA_OUTBOUND_ALLOW: `127.0.0.1:${upstream.port}` } });
    expect((await connector.run(request)).result).toMatchObject({ reason: 'hello' });
  });

  it('survives a call that a finished run left behind, and says so', async () => {
    await using connector = await startConnector();
    await connector.run(aRunRequest({ configuration: { act: 'leave a call behind' } }));
    const outcome = await connector.run(aRunRequest({ run_id: OTHER_RUN, configuration: { act: 'undefined' } }));
    expect(outcome.result).toMatchObject({ ok: false, retry: false, reason: /answered undefined/ });
    connector.child.disconnect();
    expect(await connector.exit()).toBe(0);
    expect(connector.stderr()).toContain('did not await');
  });

  it.for(['reject nowhere', 'throw later'])(
    'ends with a log line and a non-zero code when handlers %s',
    async (act) => {
      await using connector = await startConnector();
      connector.send(aRunRequest({ configuration: { act } }));
      expect(await connector.next('log')).toMatchObject({ level: 'error', run_id: RUN });
      expect(await connector.exit()).toBe(1);
      expect(connector.stderr()).toContain('no handler awaited');
    },
  );

  it('passes on the code that a handler exits with', async () => {
    await using connector = await startConnector();
    connector.send(aRunRequest({ configuration: { act: 'exit' } }));
    expect(await connector.exit()).toBe(7);
  });

  it('ends when the host closes the channel, whatever is under way', async () => {
    await using connector = await startConnector();
    connector.send(aRunRequest({ configuration: { act: 'wait for the end' } }));
    await connector.next('log');
    connector.child.disconnect();
    expect(await connector.exit()).toBe(0);
  });

  it('leaves Ctrl-C to the host', async () => {
    await using connector = await startConnector();
    await connector.next('ready');
    connector.child.kill('SIGINT');
    expect((await connector.run(aRunRequest({ configuration: { act: 'sing' } }))).result.ok).toBe(false);
  });

  it('answers a run that it cannot read with a failure, and complains of other nonsense', async () => {
    await using connector = await startConnector();
    connector.send({ type: 'shout' });
    connector.send({ type: 'run', run_id: RUN, deadline_ms: 'soon' });
    const { outcome } = await connector.next('outcome');
    expect(outcome.result).toMatchObject({ ok: false, retry: false, reason: /cannot read/ });
    expect(connector.stderr()).toContain('cannot read');
  });

  it('does not begin with an allow-list that makes no sense', async () => {
    await using connector = await startConnector({ env: { MARFA_OUTBOUND_ALLOW: '10.0.0.0/99' } });
    expect(await connector.exit()).toBe(2);
    expect(connector.stderr()).toContain('MARFA_OUTBOUND_ALLOW: "10.0.0.0/99"');
  });

  it('says what it is for when it is started by hand', async () => {
    const child = spawn(process.execPath, ['--conditions=@withmarfa/source', FIXTURE], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect(code).toBe(2);
    expect(said).toMatch(/^acme\.test 1\.2\.3 is a Marfa connector: .*\n$/);
  });
});

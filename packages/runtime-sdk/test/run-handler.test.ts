import {
  _resetHandlers,
  type ConnectionContext,
  MarfaApiError,
  MarfaError,
  RunEndedError,
  registerScheduleHandler,
  type ScheduleHandler,
} from '@withmarfa/runtime-sdk';
import { type LogLine, type RunDependencies, type RunRequest, runHandler } from '@withmarfa/runtime-sdk/host';
import { beforeEach, describe, expect, it } from 'vitest';
import { anEnvelope, aRunRequest, CONNECTION, dependencies, ITEM, TENANT } from './support/builders.ts';
import { refusal, startMarfa } from './support/start-marfa.ts';

beforeEach(() => _resetHandlers());

const nothing = { cursor_set: {}, cursor_cleared: [], items_created: 0, items_updated: 0 };

function run(
  handler: ScheduleHandler,
  overrides: { request?: Partial<RunRequest>; dependencies?: Partial<RunDependencies> } = {},
) {
  registerScheduleHandler(handler);
  return runHandler(aRunRequest(overrides.request), dependencies(overrides.dependencies));
}

describe('runHandler', () => {
  it('gives the handler its context', async () => {
    const seen: Partial<ConnectionContext>[] = [];
    const configuration = { feed_url: 'https://example.org/' };
    const outcome = await run(
      async ({ connection_id, integration_name, tenant_id = 'none', configuration, signal }) => {
        seen.push({ connection_id, integration_name, tenant_id, configuration });
        expect(signal.aborted).toBe(false);
        return { ok: true };
      },
      { request: { configuration } },
    );
    expect(seen).toEqual([
      { connection_id: CONNECTION, integration_name: 'acme.test', tenant_id: TENANT, configuration },
    ]);
    expect(outcome).toEqual({ result: { ok: true }, ...nothing });
  });

  it('hands over what a successful run did', async () => {
    await using marfa = await startMarfa({
      'POST /items': ({ body }) => ({ status: body.includes('old') ? 200 : 201, body: anEnvelope() }),
    });
    const outcome = await run(
      async (ctx) => {
        await ctx.marfa.createItem({ type: 'core.note', source_id: 'old' });
        await ctx.marfa.createItem({ type: 'core.note', source_id: 'new' });
        await ctx.cursor.write('main', 2);
        await ctx.cursor.clear('stale');
        ctx.disarm('The feed is gone.');
        return { ok: true };
      },
      { request: { server_url: marfa.url, cursors: { main: 1, stale: 1 } } },
    );
    expect(outcome).toEqual({
      result: { ok: true },
      cursor_set: { main: 2 },
      cursor_cleared: ['stale'],
      items_created: 1,
      items_updated: 1,
      disarm_reason: 'The feed is gone.',
    });
  });

  it('drops cursor changes and a disarm reason of a failed run, and keeps the counts', async () => {
    await using marfa = await startMarfa({ 'POST /items': () => ({ status: 201, body: anEnvelope() }) });
    const outcome = await run(
      async (ctx) => {
        await ctx.marfa.createItem({ type: 'core.note', source_id: 'new' });
        await ctx.cursor.write('main', 2);
        ctx.disarm('The feed is gone.');
        throw new Error('after that');
      },
      { request: { server_url: marfa.url } },
    );
    expect(outcome).toEqual({
      ...nothing,
      items_created: 1,
      result: { ok: false, retry: true, reason: 'after that' },
    });
  });

  it('writes activity rows that name the connection, once each, and counts them as no items', async () => {
    await using marfa = await startMarfa({
      'POST /items': (_, count) => (count === 1 ? { status: 201, body: anEnvelope() } : { status: 503 }),
    });
    const activity = { severity: 'warning', summary: 'Rate limited.', detail: { seconds: 3 } } as const;
    const outcome = await run(
      async (ctx) => {
        await ctx.activity.emit(activity);
        await expect(ctx.activity.emit(activity)).rejects.toThrow(MarfaApiError);
        return { ok: true };
      },
      { request: { server_url: marfa.url } },
    );
    expect(outcome).toEqual({ result: { ok: true }, ...nothing });
    expect(marfa.seen).toHaveLength(2);
    expect(JSON.parse(marfa.seen[0]?.body ?? '')).toEqual({
      type: 'system.activity',
      properties: { connection_id: CONNECTION, ...activity },
    });
  });

  it('refuses an activity row that no feed could show', async () => {
    await run(async (ctx) => {
      const fault = await ctx.activity.emit({ severity: 'info', summary: '' }).catch((error: unknown) => error);
      expect(MarfaError.is(fault, 'validation_error') && fault.message).toBe(
        'The activity cannot be written: $.summary expected one line.',
      );
      return { ok: true };
    }).then((outcome) => expect(outcome.result).toEqual({ ok: true }));
  });

  it('logs plain lines without secrets, whatever it is given', async () => {
    const lines: LogLine[] = [];
    const token = `marfa_k1_${'a'.repeat(49)}`;
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    await run(
      async (ctx) => {
        ctx.log.debug('plain');
        ctx.log.info(`with ${token}`, { header: `Bearer ${token}`, error: new Error('bad'), big: 1n });
        ctx.log.warn('round', cycle);
        ctx.log.error('long', { text: 'x'.repeat(50_000) });
        return { ok: true };
      },
      { dependencies: { log: (line) => lines.push(line) } },
    );
    expect(lines).toEqual([
      { level: 'debug', message: 'plain', fields: {} },
      { level: 'info', message: 'with [secret]', fields: { header: 'Bearer [secret]', error: 'bad', big: '1' } },
      { level: 'warn', message: 'round', fields: { unreadable: expect.stringContaining('circular') } },
      { level: 'error', message: 'long', fields: { cut: expect.stringMatching(/^\{"text":"x{15991}$/) } },
    ]);
  });

  it('answers at the deadline, even when the handler does not listen', async () => {
    const outcome = await run(() => new Promise(() => undefined), { request: { deadline_ms: Date.now() + 20 } });
    expect(outcome).toEqual({
      ...nothing,
      result: { ok: false, retry: true, reason: 'the run passed its deadline of 0 s' },
    });
  });

  it('tells the deadline in seconds', async () => {
    const clock = {
      now: () => 1000,
      after(_: number, callback: () => void) {
        queueMicrotask(callback);
        return () => undefined;
      },
    };
    const outcome = await run(() => new Promise(() => undefined), {
      request: { deadline_ms: 121_000 },
      dependencies: { clock },
    });
    expect(outcome.result).toMatchObject({ reason: 'the run passed its deadline of 120 s' });
  });

  it('aborts what the handler does at the deadline', async () => {
    await using marfa = await startMarfa({ 'GET /items': () => 'never' });
    const ended = Promise.withResolvers<unknown>();
    const outcome = await run(
      (ctx) => {
        ctx.marfa.listItems().catch(ended.resolve);
        return new Promise(() => undefined);
      },
      { request: { server_url: marfa.url, deadline_ms: Date.now() + 200 } },
    );
    expect(outcome.result).toMatchObject({ ok: false, retry: true, reason: expect.stringContaining('deadline') });
    expect(RunEndedError.is(await ended.promise)).toBe(true);
  });

  it('does not begin a run that is cancelled already', async () => {
    let began = false;
    const handler: ScheduleHandler = async () => {
      began = true;
      return { ok: true };
    };
    const outcome = await run(handler, { dependencies: { cancel: AbortSignal.abort() } });
    expect(outcome.result).toEqual({ ok: false, retry: true, reason: 'the host cancelled the run' });
    expect(began).toBe(false);
  });

  it('refuses late uses of the context, and logs nothing more', async () => {
    const lines: LogLine[] = [];
    let left: ConnectionContext | undefined;
    await using marfa = await startMarfa({});
    await run(
      async (ctx) => {
        left = ctx;
        return { ok: true };
      },
      { request: { server_url: marfa.url }, dependencies: { log: (line) => lines.push(line) } },
    );
    const ctx = left as ConnectionContext;
    expect(ctx.signal.aborted).toBe(true);
    for (const use of [
      () => ctx.marfa.createItem({ type: 'core.note' }),
      () => ctx.marfa.bulkUpsert([{ type: 'core.note' }]),
      () => ctx.marfa.readRuntimeExtension(),
      () => ctx.cursor.read('main'),
      () => ctx.cursor.write('main', 1),
      () => ctx.activity.emit({ severity: 'info', summary: 'late' }),
      async () => ctx.disarm('late'),
    ]) {
      await expect(use()).rejects.toSatisfy(RunEndedError.is);
    }
    ctx.log.info('late');
    expect(lines).toEqual([]);
    expect(marfa.seen).toEqual([]);
  });

  it('binds fetch to the run and to the caller’s own signal', async () => {
    const own = new AbortController();
    const signals: AbortSignal[] = [];
    const egressFetch: typeof fetch = async (_, init) => {
      if (init?.signal) signals.push(init.signal);
      return new Response('hello');
    };
    await run(
      async (ctx) => {
        await ctx.fetch('https://example.org/', { signal: own.signal });
        await ctx.fetch(new Request('https://example.org/', { signal: own.signal }));
        await ctx.fetch('https://example.org/');
        own.abort(new Error('enough'));
        expect(signals.map((signal) => signal.aborted)).toEqual([true, true, false]);
        return { ok: true };
      },
      { dependencies: { egressFetch } },
    ).then((outcome) => expect(outcome.result).toEqual({ ok: true }));
    expect(signals.map((signal) => signal.aborted)).toEqual([true, true, true]);
  });

  it('asks the host for one credential when the first is refused', async () => {
    await using marfa = await startMarfa({
      'GET /items/*': ({ headers }) =>
        headers.authorization === 'Bearer second-key'
          ? { status: 200, body: anEnvelope() }
          : { status: 401, body: refusal('unauthorized') },
    });
    let asked = 0;
    const outcome = await run(
      async (ctx) => {
        await Promise.all([ctx.marfa.getItem(ITEM), ctx.marfa.getItem(ITEM)]);
        return { ok: true };
      },
      {
        request: { server_url: marfa.url },
        dependencies: {
          async refreshCredential() {
            asked += 1;
            return { api_key: 'second-key', expires_at_ms: Date.now() + 900_000 };
          },
        },
      },
    );
    expect(outcome.result).toEqual({ ok: true });
    expect(asked).toBe(1);
  });

  it('never throws, even when a dependency does', async () => {
    const clock = {
      now: () => {
        throw new Error('no time');
      },
      after: () => () => undefined,
    };
    await expect(run(async () => ({ ok: true }), { dependencies: { clock } })).resolves.toEqual({
      ...nothing,
      result: { ok: false, retry: true, reason: 'no time' },
    });
  });

  it('lets nobody change the configuration', async () => {
    const outcome = await run(
      async (ctx) => {
        (ctx.configuration as Record<string, unknown>).feed_url = 'https://other.example/';
        return { ok: true };
      },
      { request: { configuration: { feed_url: 'https://example.org/' } } },
    );
    expect(outcome.result).toMatchObject({ ok: false, reason: expect.stringContaining('read only') });
  });
});

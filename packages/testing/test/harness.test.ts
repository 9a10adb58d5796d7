import { defineConnector, type ItemEventMessage, MarfaApiError } from '@withmarfa/runtime-sdk';
import { describe, expect, it } from 'vitest';
import { createTestClock, createTestHarness } from '../src/index.ts';
import { aHarness, aManifest, aScheduled } from './support/a-connector.ts';

const OK = { ok: true } as const;

describe('a run in the harness', () => {
  it('gives the handler the settings with their defaults, and who it runs for', async () => {
    const seen: unknown[] = [];
    const harness = aScheduled(async ({ configuration, connection_id, integration_name }, message) => {
      seen.push(configuration, connection_id, integration_name, message);
      return OK;
    });
    await harness.runSchedule();
    expect(seen).toEqual([
      { port: 'Oban', unit: 'm' },
      harness.connectionId,
      'acme.tides',
      expect.objectContaining({ kind: 'schedule', scheduled_for_ms: harness.clock.now() }),
    ]);
  });

  it('keeps cursor changes of a run that succeeds, and none of one that fails', async () => {
    const harness = aScheduled(async (ctx) => {
      const count = (await ctx.cursor.read<number>('main')) ?? 0;
      await ctx.cursor.write('main', count + 1);
      if (count === 0) await ctx.cursor.write('first', true);
      if (count === 1) await ctx.cursor.clear('first');
      return count < 2 ? OK : { ok: false, retry: true, reason: 'not today' };
    });
    await harness.runSchedule();
    expect(harness.cursor).toEqual({ main: 1, first: true });
    await harness.runSchedule();
    expect(harness.cursor).toEqual({ main: 2 });
    expect(await harness.runSchedule()).toMatchObject({ result: { reason: 'not today' }, cursor_set: {} });
    expect(harness.cursor).toEqual({ main: 2 });
  });

  it('that crashes at its end leaves its items and loses its cursor', async () => {
    const harness = aScheduled(async (ctx) => {
      await ctx.marfa.createItem({ type: 'core.note', source_id: '1', properties: { title: 'High water' } });
      await ctx.cursor.write('main', 1);
      return OK;
    });
    expect((await harness.runSchedule({ crashAtEnd: true })).result).toMatchObject({ ok: false, retry: true });
    expect(harness.cursor).toEqual({});
    expect(harness.items).toHaveLength(1);
    expect(await harness.runSchedule()).toMatchObject({ items_created: 0, items_updated: 1, result: OK });
    expect(harness.items).toHaveLength(1);
  });

  it('turns a throw into another attempt', async () => {
    const harness = aScheduled(() => Promise.reject(new Error('the tide is out')));
    expect((await harness.runSchedule()).result).toEqual({ ok: false, retry: true, reason: 'the tide is out' });
  });

  it('ends at its deadline when time gets there', async () => {
    const harness = aScheduled(() => new Promise(() => {}));
    const run = harness.runSchedule();
    harness.clock.advance(120_000);
    expect((await run).result).toMatchObject({
      ok: false,
      retry: true,
      reason: 'the run passed its deadline of 120 s',
    });
  });

  it('does not wait between the attempts of the client, and lets the clock tell how long they took', async () => {
    const harness = aScheduled(async (ctx) => {
      await ctx.marfa.createItem({ type: 'core.note', source_id: '1' });
      return OK;
    });
    const start = harness.clock.now();
    let refusals = 2;
    harness.intercept(() => {
      refusals -= 1;
      return refusals >= 0 ? new Response('', { status: 429, headers: { 'retry-after': '30' } }) : undefined;
    });
    expect((await harness.runSchedule()).result).toEqual(OK);
    expect(harness.clock.now() - start).toBe(60_000);
    expect(harness.items).toHaveLength(1);
  });

  it('hands over a webhook with its exact bytes', async () => {
    const bodies: string[] = [];
    const harness = aHarness({
      async webhook(_ctx, { body, headers, delivery_id }) {
        bodies.push(new TextDecoder().decode(body), headers['x-kind'] ?? '', delivery_id);
        return OK;
      },
    });
    await harness.deliverWebhook({ body: { tide: 'høy' }, headers: { 'X-Kind': 'tide' } });
    await harness.deliverWebhook({ body: new Uint8Array([0xff]), delivery_id: 'mine' });
    expect(bodies).toEqual(['{"tide":"høy"}', 'tide', 'delivery-1', '\ufffd', '', 'mine']);
  });

  it('tells what stopped the schedule, until a person runs it by hand', async () => {
    const harness = aHarness({
      async schedule(ctx) {
        ctx.disarm('The port is closed.');
        return OK;
      },
      manual: async () => OK,
    });
    await harness.runSchedule();
    expect(harness.disarmed).toBe('The port is closed.');
    await harness.runManual();
    expect(harness.disarmed).toBeNull();
  });

  it('takes a whole connector, and beside another one runs the right handlers', async () => {
    const names: string[] = [];
    const [one, other] = ['acme.one', 'acme.other'].map((name) => {
      const connector = defineConnector({
        manifest: {
          name,
          version: '1.0.0',
          publisher: 'Acme',
          description: 'One of two.',
          direction: 'read',
          target_types: ['core.note'],
          triggers: [{ type: 'schedule', config: { cron: '0 * * * *' } }],
        },
        async schedule(ctx) {
          await ctx.marfa.listItems();
          names.push(`${name} as ${ctx.integration_name}`);
          return OK;
        },
      });
      return createTestHarness({ connector });
    });
    await Promise.all([one?.runSchedule(), other?.runSchedule(), one?.runSchedule()]);
    expect(names.sort()).toEqual(['acme.one as acme.one', 'acme.one as acme.one', 'acme.other as acme.other']);
  });

  it('refuses settings that an install would refuse', () => {
    expect(() => createTestHarness({ manifest: aManifest(), configuration: {} })).toThrow('required: Which port.');
    const harness = aScheduled(async () => OK);
    expect(() => harness.configure({ port: 'Oban', unit: 'fathom' })).toThrow('expected one of m, ft');
    expect(() => createTestHarness({})).toThrow('Say what is to be tested');
  });

  it('refuses the outside world unless it is given one', async () => {
    const harness = aScheduled(async (ctx) => {
      await ctx.fetch('https://example.org/');
      return OK;
    });
    expect((await harness.runSchedule()).result).toMatchObject({
      ok: false,
      reason: expect.stringMatching(/reaches no outside world/),
    });
    const open = aScheduled(
      async (ctx) => {
        ctx.log.info(await (await ctx.fetch('https://example.org/')).text());
        return OK;
      },
      { fetch: async () => new Response('hello') },
    );
    await open.runSchedule();
    expect(open.logs).toMatchObject([{ level: 'info', message: 'hello' }]);
  });
});

describe('the context outside of a run', () => {
  it('reaches the space, and its cursor is the Connection’s own', async () => {
    const harness = aScheduled(async (ctx) => {
      expect(await ctx.cursor.read('main')).toEqual({ seen: 1 });
      return OK;
    });
    const { marfa, cursor, activity } = harness.ctx;
    await cursor.write('main', { seen: 1 });
    await cursor.write('gone', 1);
    await cursor.clear('gone');
    await marfa.createItem({ type: 'core.note', source_id: '1', tags: ['tide'] });
    await activity.emit({ severity: 'info', summary: 'One tide.' });
    expect(harness.cursor).toEqual({ main: { seen: 1 } });
    expect(harness.items).toMatchObject([{ source: 'acme.tides', source_id: '1' }]);
    expect(harness.tagsOf(harness.items[0]?.id ?? '')).toEqual(['tide']);
    expect(harness.activities).toEqual([
      { connection_id: harness.connectionId, severity: 'info', summary: 'One tide.' },
    ]);
    expect((await harness.runSchedule()).result).toEqual(OK);
  });
});

describe('item events', () => {
  const recorder = () => {
    const seen: ItemEventMessage[] = [];
    return {
      seen,
      async itemEvent(_ctx: unknown, message: ItemEventMessage) {
        seen.push(message);
        return OK;
      },
    };
  };

  it('carry the item as it is and a chain that a person began', async () => {
    const { seen, itemEvent } = recorder();
    const harness = aHarness({ itemEvent });
    const item = harness.space.createItem({ type: 'core.task', properties: { title: 'Row' } });
    const later = harness.space.updateItem(item.id, { properties: { title: 'Row out' } });
    await harness.deliverItemEvent(item, 'updated');
    await harness.deliverItemEvent('0190a8b0-0000-7000-8000-00000000dead', 'deleted');
    expect(seen[0]).toMatchObject({
      event_type: 'updated',
      item_id: item.id,
      cycle: { originating_connection_id: null, hop_count: 0 },
      payload: later,
    });
    expect(seen[1]).toMatchObject({ event_type: 'deleted', payload: { id: '0190a8b0-0000-7000-8000-00000000dead' } });
  });

  it('come of what a person changes, one for each item, and never of the connector’s own writes', async () => {
    const { seen, itemEvent } = recorder();
    const harness = aHarness({
      itemEvent,
      async schedule(ctx) {
        await ctx.marfa.createItem({ type: 'core.note', source_id: 'own' });
        return OK;
      },
    });
    await harness.runSchedule();
    harness.space.createItem({ type: 'core.bookmark', properties: { url: 'https://example.org/' } });
    const kept = harness.space.createItem({ type: 'core.note' });
    harness.space.updateItem(kept.id, { properties: { title: 'Tide' } });
    const purged = harness.space.createItem({ type: 'core.note' });
    await harness.drain();
    harness.space.transitionItem(kept.id, 'trashed');
    harness.space.purgeItem(purged.id);
    await harness.drain();
    expect(seen.map(({ event_type, item_id }) => [event_type, item_id])).toEqual([
      ['updated', kept.id],
      ['created', purged.id],
      ['state_changed', kept.id],
      ['deleted', purged.id],
    ]);
    expect(await harness.drain()).toEqual([]);
  });

  it('are tried again up to five times, each later than the one before, and then given up', async () => {
    const clock = createTestClock();
    const times: number[] = [];
    const harness = aHarness(
      {
        async itemEvent() {
          times.push((clock.now() - start) / 1000);
          return { ok: false, retry: true, reason: 'busy', ...(times.length === 1 ? { retry_after_seconds: 60 } : {}) };
        },
      },
      { clock },
    );
    const start = clock.now();
    harness.space.createItem({ type: 'core.note' });
    const runs = await harness.drain();
    expect(runs.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5]);
    expect(times).toEqual([0, 60, 70, 90, 130]);
  });

  it('come again when the first of their deliveries crashes', async () => {
    const harness = aHarness({
      async itemEvent(ctx) {
        await ctx.cursor.write('main', ((await ctx.cursor.read<number>('main')) ?? 0) + 1);
        return OK;
      },
    });
    harness.space.createItem({ type: 'core.note' });
    const runs = await harness.drain({ crashFirst: true });
    expect(runs.map(({ attempt, result }) => [attempt, result.ok])).toEqual([
      [1, false],
      [2, true],
    ]);
    expect(harness.cursor).toEqual({ main: 1 });
  });

  it('of one item do not hold up those of another', async () => {
    const order: string[] = [];
    const harness = aHarness({
      async itemEvent(_ctx, { item_id }) {
        order.push(item_id);
        return order.length === 1 ? { ok: false, retry: true, reason: 'busy' } : OK;
      },
    });
    const [one, other] = [1, 2].map(() => harness.space.createItem({ type: 'core.note' }).id);
    await harness.drain();
    expect(order).toEqual([one, other, one]);
  });
});

describe('an outage of Marfa', () => {
  it('is what a test makes it, until it is taken back', async () => {
    const harness = aScheduled(async (ctx) => {
      await ctx.marfa.updateItem('0190a8b0-0000-7000-8000-00000000dead', { properties: {} });
      return OK;
    });
    harness.intercept(({ method }) =>
      method === 'PATCH'
        ? Response.json({ error: { code: 'storage_unavailable', message: 'no' } }, { status: 503 })
        : undefined,
    );
    expect((await harness.runSchedule()).result).toMatchObject({
      reason: expect.stringMatching(/storage_unavailable/),
    });
    harness.intercept(null);
    const fault = await harness.ctx.marfa
      .updateItem('0190a8b0-0000-7000-8000-00000000dead', { properties: {} })
      .catch((error: unknown) => error);
    expect(MarfaApiError.is(fault, 'item_not_found')).toBe(true);
  });
});

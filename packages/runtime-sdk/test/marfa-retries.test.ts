import { ConnectionGoneError, MarfaApiError, RunEndedError } from '@withmarfa/runtime-sdk';
import { describe, expect, it } from 'vitest';
import { aClient } from './support/a-client.ts';
import { anEnvelope, ITEM } from './support/builders.ts';
import type { SeenRequest } from './support/start-http-server.ts';
import { type Answer, refusal, startMarfa } from './support/start-marfa.ts';

const keyed = { type: 'core.note', source_id: 'one' };
const created = { status: 201, body: anEnvelope() };
const unavailable = { status: 503, body: refusal('storage_unavailable') };

describe('retries', () => {
  it.for<[string, Answer]>([
    ['a connection cut off', 'cut off'],
    ['429', { status: 429, body: refusal('rate_limited') }],
    ['502', { status: 502 }],
    ['503', unavailable],
    ['504', { status: 504 }],
  ])('tries a read and a keyed write again after %s', async ([, answer]) => {
    const failFirst = (ok: Answer) => (_: unknown, count: number) => (count === 1 ? answer : ok);
    await using marfa = await startMarfa({
      'GET /items/*': failFirst({ status: 200, body: anEnvelope() }),
      'POST /items': failFirst(created),
    });
    const { client, counts } = aClient(marfa.url);
    expect((await client.getItem(ITEM))?.item.id).toBe(ITEM);
    expect((await client.createItem(keyed)).created).toBe(true);
    expect(counts).toEqual({ items_created: 1, items_updated: 0 });
    expect(marfa.seen).toHaveLength(4);
  });

  it('gives up after four attempts with the last answer, having waited longer each time', async () => {
    await using marfa = await startMarfa({ 'POST /items': () => unavailable });
    const { client, clock } = aClient(marfa.url);
    await expect(client.createItem(keyed)).rejects.toMatchObject({ code: 'storage_unavailable', status: 503 });
    expect(marfa.seen).toHaveLength(4);
    expect(clock.asked).toEqual([125, 250, 500]);
  });

  it('spreads its waits', async () => {
    await using marfa = await startMarfa({ 'POST /items': () => unavailable });
    const { client, clock } = aClient(marfa.url, { random: () => 0.1 });
    await client.createItem(keyed).catch(() => undefined);
    expect(clock.asked).toEqual([25, 50, 100]);
  });

  it.for([
    ['7', 7000],
    [new Date(1_000_000 + 9000).toUTCString(), 9000],
    [new Date(0).toUTCString(), 0],
    ['soon', 125],
  ] as const)('waits as Retry-After %s asks', async ([after, expected]) => {
    await using marfa = await startMarfa({
      'POST /items': (_, count) =>
        count === 1 ? { status: 429, body: refusal('rate_limited'), headers: { 'retry-after': after } } : created,
    });
    const { client, clock } = aClient(marfa.url);
    await client.createItem(keyed);
    expect(clock.asked).toEqual([expected]);
  });

  it('sends again what a limit put off, also what must not be done twice', async () => {
    const limited: Answer = { status: 429, body: refusal('rate_limited'), headers: { 'retry-after': '3' } };
    await using marfa = await startMarfa({
      'PATCH *': (_, count) => (count === 1 ? limited : { status: 200, body: anEnvelope() }),
    });
    const { client, clock } = aClient(marfa.url);
    expect((await client.updateItem(ITEM, {})).item.id).toBe(ITEM);
    expect(clock.asked).toEqual([3000]);
  });

  it('does not wait for more than a minute', async () => {
    await using marfa = await startMarfa({
      'POST /items': () => ({ status: 429, body: refusal('rate_limited'), headers: { 'retry-after': '61' } }),
    });
    const { client, clock } = aClient(marfa.url);
    await expect(client.createItem(keyed)).rejects.toMatchObject({ code: 'rate_limited' });
    expect(clock.asked).toEqual([]);
  });

  it.for(['cut off', unavailable, { status: 429, body: refusal('quota_exceeded') }] as Answer[])(
    'never repeats what could be done twice, after %j',
    async (answer) => {
      await using marfa = await startMarfa({
        'POST *': () => answer,
        'PATCH *': () => answer,
      });
      const { client } = aClient(marfa.url);
      const anEdge = { source_id: ITEM, target_id: ITEM, edge_type: 'about' };
      await expect(client.createItem({ type: 'core.note' })).rejects.toThrow(MarfaApiError);
      await expect(client.updateItem(ITEM, {})).rejects.toThrow(MarfaApiError);
      await expect(client.transitionItem(ITEM, 'trashed')).rejects.toThrow(MarfaApiError);
      await expect(client.createEdge(anEdge)).rejects.toThrow(MarfaApiError);
      expect(marfa.seen).toHaveLength(4);
    },
  );

  it.for([400, 403, 404, 409, 500])('does not repeat what was answered with %i', async (status) => {
    await using marfa = await startMarfa({ 'POST /items': () => ({ status, body: refusal('conflict') }) });
    await expect(aClient(marfa.url).client.createItem(keyed)).rejects.toMatchObject({ status });
    expect(marfa.seen).toHaveLength(1);
  });

  it('stops waiting when the run is over', async () => {
    await using marfa = await startMarfa({ 'POST /items': () => unavailable });
    const { client, clock, ending } = aClient(marfa.url);
    clock.after = () => {
      queueMicrotask(() => ending.abort(new RunEndedError('over')));
      return () => undefined;
    };
    await expect(client.createItem(keyed)).rejects.toSatisfy(RunEndedError.is);
    expect(marfa.seen).toHaveLength(1);
  });
});

describe('the credential', () => {
  const needs = (key: string) => ({
    'GET /items/*': ({ headers }: SeenRequest): Answer =>
      headers.authorization === `Bearer ${key}`
        ? { status: 200, body: anEnvelope() }
        : { status: 401, body: refusal('unauthorized') },
  });

  it('is replaced when 80 % of its life is over, and not before', async () => {
    await using marfa = await startMarfa({ 'GET /items/*': () => ({ status: 200, body: anEnvelope() }) });
    const { client, clock, refreshes } = aClient(marfa.url);
    clock.advance(719_999);
    await client.getItem(ITEM);
    expect(refreshes()).toBe(0);
    clock.advance(1);
    await client.getItem(ITEM);
    clock.advance(719_999);
    await client.getItem(ITEM);
    expect(refreshes()).toBe(1);
    expect(marfa.seen.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer key-0',
      'Bearer key-1',
      'Bearer key-1',
    ]);
  });

  it('is replaced once for any number of callers', async () => {
    await using marfa = await startMarfa(needs('key-1'));
    const { client, refreshes } = aClient(marfa.url);
    await Promise.all(Array.from({ length: 50 }, () => client.getItem(ITEM)));
    expect(refreshes()).toBe(1);
  });

  it('is replaced once after a 401, and no second time', async () => {
    await using marfa = await startMarfa(needs('key-9'));
    const { client, refreshes } = aClient(marfa.url);
    await expect(client.getItem(ITEM)).rejects.toMatchObject({ status: 401, code: 'unauthorized' });
    expect(refreshes()).toBe(1);
    expect(marfa.seen).toHaveLength(2);
  });

  it('is replaced for a write without a key as well, because a 401 means it was not done', async () => {
    await using marfa = await startMarfa({
      'POST /items': (_, count) => (count === 1 ? { status: 401, body: refusal('unauthorized') } : created),
    });
    expect((await aClient(marfa.url).client.createItem({ type: 'core.note' })).created).toBe(true);
  });

  it('is gone with the connection, for this call and every later one', async () => {
    await using marfa = await startMarfa(needs('key-1'));
    const { client, refreshes } = aClient(marfa.url, { refresh: async () => null });
    await expect(client.getItem(ITEM)).rejects.toSatisfy(ConnectionGoneError.is);
    await expect(client.getItem(ITEM)).rejects.toSatisfy(ConnectionGoneError.is);
    expect(refreshes()).toBe(1);
    expect(marfa.seen).toHaveLength(1);
  });

  it('is used to its end when no other can be had', async () => {
    await using marfa = await startMarfa({ 'GET /items/*': () => ({ status: 200, body: anEnvelope() }) });
    const { client, clock, refreshes } = aClient(marfa.url, { refresh: () => Promise.reject(new Error('host busy')) });
    clock.advance(800_000);
    await client.getItem(ITEM);
    await client.getItem(ITEM);
    expect(refreshes()).toBe(1);
    clock.advance(60_000);
    await client.getItem(ITEM);
    expect(refreshes()).toBe(2);
    clock.advance(60_000);
    await expect(client.getItem(ITEM)).rejects.toThrow('host busy');
    expect(marfa.seen).toHaveLength(3);
  });
});

import { describe, expect, it } from 'vitest';
import { MarfaApiError, type MarfaEvent } from '../src/index.ts';
import { aClient } from './support/a-client.ts';
import { cut, raw, refusal, silence, startHostileServer, stream } from './support/start-hostile-server.ts';

const record = (id: string, event = 'item.deleted', data: unknown = { id, type: 'core.note' }) =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/** Reads until so many events have come. */
async function take(events: AsyncIterable<MarfaEvent>, count: number): Promise<string[]> {
  const ids: string[] = [];
  for await (const event of events) {
    ids.push(event.id);
    if (ids.length === count) break;
  }
  return ids;
}
const faultOf = (work: Promise<unknown>) =>
  work.then(
    () => {
      throw new Error('it went well');
    },
    (error: unknown) => error,
  );

describe('a subscription', () => {
  it('asks for what is wanted, and hands over events with what they carry', async () => {
    await using server = await startHostileServer(stream([': hello\n\n', record('1')], { hold: true }));
    const { client } = aClient({ baseUrl: server.url });
    const wanted = {
      types: ['core.note', 'core.task'],
      events: ['item.deleted'] as const,
      edgeTypes: ['about'],
      lastEventId: '0',
    };
    for await (const event of client.events.subscribe(wanted)) {
      expect(event).toEqual({ id: '1', event: 'item.deleted', data: { id: '1', type: 'core.note' } });
      break;
    }
    expect(server.seen[0]).toMatchObject({
      url: '/events?type=core.note%2Ccore.task&event=item.deleted&edge_type=about',
      headers: { accept: 'text/event-stream', 'last-event-id': '0', authorization: 'Bearer marfa_k1_test' },
    });
  });

  it('takes up again after the last event, however the connection was lost, until the consumer has had enough', async () => {
    await using server = await startHostileServer(
      stream([record('1'), record('2')]),
      cut,
      refusal(503, 'storage_unavailable', { 'retry-after': '3' }),
      stream([record('3'), 'id: 4\nevent: item.del']),
      stream(['retry: 50\n\n', record('4')]),
      stream([record('5')], { hold: true }),
    );
    const { client, waits } = aClient({ baseUrl: server.url });
    expect(await take(client.events.subscribe(), 5)).toEqual(['1', '2', '3', '4', '5']);
    expect(server.seen.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '2', '2', '2', '3', '4']);
    expect(waits).toEqual([125, 250, 3000, 125, 50]);
  });

  it('does not move on from an event that its consumer has not dealt with', async () => {
    await using server = await startHostileServer(stream([record('1'), record('2')]));
    const { client } = aClient({ baseUrl: server.url });
    const failing = async () => {
      for await (const event of client.events.subscribe()) if (event.id === '2') throw new Error('not dealt with');
    };
    await expect(failing()).rejects.toThrow('not dealt with');
    expect(server.seen).toHaveLength(1);
  });

  it('puts together what arrives in pieces, in several bytes a character, and leaves out what it does not know', async () => {
    const whole = new TextEncoder().encode(
      record('1', 'item.invented') + record('2', 'item.deleted', { id: '2', type: 'core.note', name: 'Möwe 🜂' }),
    );
    await using server = await startHostileServer((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      for (const byte of whole) response.write(Uint8Array.of(byte));
    });
    const { client } = aClient({ baseUrl: server.url });
    for await (const event of client.events.subscribe()) {
      expect(event.data).toMatchObject({ id: '2', name: 'Möwe 🜂' });
      break;
    }
  });

  it('ends with catchup_too_old when the server no longer has what was missed', async () => {
    await using server = await startHostileServer(stream([record('', 'catchup_too_old', {})]));
    const { client } = aClient({ baseUrl: server.url });
    const error = await faultOf(take(client.events.subscribe({ lastEventId: 'old' }), 1));
    expect(MarfaApiError.is(error, 'catchup_too_old')).toBe(true);
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    ['a refused credential', refusal(401, 'unauthorized'), 'unauthorized'],
    ['a filter that is refused', refusal(400, 'validation_error'), 'validation_error'],
    ['a page of a proxy', raw(200, 'text/html', '<h1>Hello</h1>'), 'unexpected_answer'],
  ])('ends with %s', async (_what, behaviour, code) => {
    await using server = await startHostileServer(behaviour);
    const { client } = aClient({ baseUrl: server.url });
    expect(await faultOf(take(client.events.subscribe(), 1))).toMatchObject({ code });
    expect(server.seen).toHaveLength(1);
  });

  it('leaves a server that has fallen silent, and comes again', async () => {
    await using server = await startHostileServer(
      stream([record('1')], { hold: true }),
      stream([record('2')], { hold: true }),
    );
    const { client, fire, limits } = aClient({ baseUrl: server.url });
    const ids: string[] = [];
    const reading = (async () => {
      for await (const event of client.events.subscribe({ silenceMs: 4321 })) {
        ids.push(event.id);
        if (ids.length === 2) break;
      }
    })();
    while (ids.length === 0) await new Promise(setImmediate);
    // Heard once, and waited for again.
    while (limits.filter((ms) => ms === 4321).length < 2) await new Promise(setImmediate);
    fire();
    await reading;
    expect(ids).toEqual(['1', '2']);
  });

  it('ends with the reason of its signal', async () => {
    await using server = await startHostileServer(silence);
    const { client } = aClient({ baseUrl: server.url });
    const stop = new AbortController();
    const reading = take(client.events.subscribe({ signal: stop.signal }), 1);
    while (server.seen.length === 0) await new Promise(setImmediate);
    const reason = new Error('enough');
    stop.abort(reason);
    expect(await faultOf(reading)).toBe(reason);
  });
});

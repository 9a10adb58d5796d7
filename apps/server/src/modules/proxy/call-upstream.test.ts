import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse, request as sendRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startFakeServer } from '@withmarfa/testing';
import { errors, Pool } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Asker, callUpstream } from './call-upstream.ts';
import type { Delivery } from './upstream-answer.ts';

const LIMITS = { firstByteMs: 100, silenceMs: 100 };

/** A call through a pool of its own, to an upstream that answers like this. */
async function anUpstream(listener: (request: IncomingMessage, response: ServerResponse) => void) {
  const upstream = await startFakeServer(listener);
  const pool = new Pool(upstream.url);
  onTestFinished(async () => {
    await pool.destroy();
    await upstream.close();
  });
  return (asker: Asker = anAsker()) =>
    callUpstream(pool, { method: 'GET', path: '/', headers: [], body: null }, { ...LIMITS, asker });
}

function anAsker({ destroyed = false } = {}) {
  return Object.assign(new EventEmitter(), { destroyed }) as unknown as Asker & EventEmitter;
}

/** Serves one answer to a real client. */
async function deliverTo(
  answerOf: () => ReturnType<typeof callUpstream>,
  client: (response: IncomingMessage) => void,
): Promise<{ how: Delivery; mostHeld: number }> {
  const { promise, resolve } = Promise.withResolvers<Delivery>();
  let mostHeld = 0;
  const server = createServer((_request, response) => {
    const write = response.write.bind(response) as (chunk: Buffer) => boolean;
    response.write = (chunk: Buffer) => {
      const goOn = write(chunk);
      mostHeld = Math.max(mostHeld, response.writableLength);
      return goOn;
    };
    void answerOf()
      .then((answer) => answer.deliver(response, { headers: answer.headers, maxBytes: 1e9, silenceMs: 100 }))
      .then(resolve);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  sendRequest({ port, host: '127.0.0.1', agent: false }, (response) => {
    response.on('error', () => undefined);
    client(response);
  })
    .on('error', () => undefined)
    .end();
  return { how: await promise, mostHeld };
}

describe('a call to an upstream', () => {
  it('ends when no answer begins in time', async () => {
    const call = await anUpstream(() => undefined);
    await expect(call()).rejects.toBeInstanceOf(errors.HeadersTimeoutError);
  });

  it('ends when the upstream falls silent in the middle of its answer', async () => {
    const call = await anUpstream((_request, response) => void response.write('half'));
    expect(await deliverTo(call, (response) => response.resume())).toMatchObject({ how: 'upstream_gone' });
  });

  it('ends when the caller takes nothing any more, and holds no more than two pieces until then', async () => {
    const call = await anUpstream((_request, response) => {
      const pour = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', pour);
      pour();
    });
    const { how, mostHeld } = await deliverTo(call, (response) => response.pause());
    expect(how).toBe('caller_gone');
    expect(mostHeld).toBeLessThanOrEqual(2 * 65_536);
  });

  it('is not begun for a caller who has gone, and is dropped for one who goes', async () => {
    let asked = 0;
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const { promise: isAsked, resolve: ask } = Promise.withResolvers<void>();
    const call = await anUpstream((_request, response) => {
      asked += 1;
      response.once('close', resolve);
      ask();
    });
    await expect(call(anAsker({ destroyed: true }))).rejects.toThrow('the caller is gone');
    expect(asked).toBe(0);
    const asker = anAsker();
    const answer = call(asker);
    await isAsked;
    asker.emit('close');
    await expect(answer).rejects.toThrow('the caller is gone');
    await gone;
  });

  it('lets go of an answer whose head cannot be written, and leaves the caller to be told', async () => {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const call = await anUpstream((_request, response) => {
      response.write('half');
      response.once('close', resolve);
    });
    const { promise: told, resolve: tell } = Promise.withResolvers<unknown>();
    await deliverTo(
      async () => {
        const answer = await call();
        const deliver: typeof answer.deliver = async (response) => {
          const bad = { headers: ['X-Odd', 'a\u0001'], maxBytes: 10, silenceMs: 100 };
          await answer.deliver(response, bad).catch((error: unknown) => tell([error, response.headersSent]));
          response.end();
          return 'complete';
        };
        return { ...answer, deliver };
      },
      (response) => response.resume(),
    );
    expect(await told).toEqual([expect.any(TypeError), false]);
    await gone;
  });

  it('lets go of an answer that nobody wants', async () => {
    const { promise: gone, resolve } = Promise.withResolvers<void>();
    const call = await anUpstream((_request, response) => {
      response.write('half');
      response.once('close', resolve);
    });
    (await call()).discard();
    await gone;
  });
});

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ByteStreamSchema, MarfaError } from '@withmarfa/shared';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Caller } from '../platform/caller.ts';
import { createLogger } from '../platform/logger.ts';
import { createApiListener } from './api-listener.ts';
import { createApiRoutes } from './api-routes.ts';
import { answer, readyJson } from './mount-endpoint.ts';

const MAX_BYTES = 100_000;
const base = {
  summary: 'Is there for this suite.',
  audience: 'credential',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: z.undefined(),
  responses: { 200: z.unknown() },
  errors: [],
  request: 'json',
  maxBodyBytes: 1_000_000,
  response: 'json',
} as const;
const readItem = { ...base, method: 'GET', path: '/things/{id}', params: z.strictObject({ id: z.string() }) } as const;
const writeItem = { ...base, method: 'POST', path: '/things', body: z.unknown() } as const;
const upload = {
  ...base,
  method: 'POST',
  path: '/bytes',
  request: 'bytes',
  maxBodyBytes: MAX_BYTES,
  body: ByteStreamSchema,
} as const;
const download = {
  ...base,
  method: 'GET',
  path: '/streams/{name}',
  params: z.strictObject({ name: z.string() }),
  response: 'bytes',
} as const;

const caller = { role: 'member', keyId: 'key', connectionId: null } as Caller;

describe('the API on node:http', () => {
  let server: Server;
  let url: string;
  /** What the streams did, in order. */
  const events: string[] = [];
  const heard = (event: string) => expect.poll(() => events, { timeout: 10_000 }).toContain(event);

  async function* endless(signal: AbortSignal): AsyncGenerator<string> {
    signal.addEventListener('abort', () => events.push('aborted'));
    try {
      for (let count = 0; ; count += 1) {
        events.push(`piece ${count}`);
        yield 'x'.repeat(1_000_000);
      }
    } finally {
      events.push('ended');
    }
  }
  async function* broken(): AsyncGenerator<string> {
    yield 'half';
    await new Promise(setImmediate);
    throw new Error('the disk is gone');
  }
  async function* waiting(signal: AbortSignal): AsyncGenerator<string> {
    yield 'data: hello\n\n';
    if (!signal.aborted) await once(signal, 'abort');
    events.push('woken');
  }

  beforeAll(async () => {
    const routes = createApiRoutes();
    routes.mount.endpoint(readItem, async ({ params }) => answer(200, readyJson(`{"id":"${params.id}"}`)));
    routes.mount.endpoint(writeItem, async ({ body }) => answer(200, { body }));
    routes.mount.streamEndpoint(upload, async ({ body }) => answer(200, { length: (await text(body)).length }));
    routes.mount.streamEndpoint(download, async ({ params: { name } }, _caller, { signal }) => {
      const bodies: Record<string, () => Readable | AsyncIterable<string>> = {
        endless: () => endless(signal),
        broken,
        waiting: () => waiting(signal),
        file: () => Readable.from(['a file']),
      };
      const body = bodies[name]?.();
      if (!body) throw new MarfaError('not_found', 'There is no such stream.');
      return { status: 200 as const, headers: { 'Content-Type': 'text/plain' }, body };
    });
    const listener = createApiListener({
      logger: createLogger('silent'),
      newId: () => 'made',
      routes,
      protocol: { serve: () => false },
      challenge: () => 'Bearer realm="marfa"',
      clientIp: () => '192.0.2.1',
      cors: null,
      authenticate: async (authorization) => (authorization === 'Bearer good' ? caller : null),
      rateLimits: null,
      idempotency: { once: () => Promise.reject(new Error('unused')), prune: async () => undefined },
      hsts: false,
      fallback: (_request, response) => void response.writeHead(418).end('fallback'),
    });
    server = createServer(listener).on('checkContinue', listener).listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  const call = (path: string, init: RequestInit = {}) =>
    fetch(`${url}${path}`, { ...init, headers: { authorization: 'Bearer good', ...init.headers } });

  /** Speaks HTTP byte by byte. @returns everything that came back until the connection ended. */
  async function speak(head: string, body = ''): Promise<string> {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(`${head.replaceAll('\n', '\r\n')}\r\nhost: x\r\nauthorization: Bearer good\r\n\r\n${body}`);
    return text(socket);
  }

  it('answers its endpoints, and hands everything else on', async () => {
    const response = await call('/things/a%2Fb/');
    expect([response.status, await response.text()]).toEqual([200, '{"id":"a/b"}']);
    expect(response.headers.get('content-length')).toBe('12');
    for (const path of ['/nothing', '/Things/1', '/things/1/2', '/things/%ZZ'])
      expect((await call(path)).status).toBe(418);
  });

  it('answers HEAD like GET without the body, and OPTIONS with the methods', async () => {
    const head = await call('/things/1', { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '10', '']);
    const options = await call('/things/1', { method: 'OPTIONS' });
    expect([options.status, options.headers.get('allow')]).toEqual([204, 'OPTIONS, GET, HEAD']);
  });

  it('refuses before it reads: the credential counts first, and the connection lives on', async () => {
    const big = 'x'.repeat(900_000);
    const init = { method: 'POST', body: big, headers: { authorization: 'none', 'content-type': 'application/json' } };
    for (let count = 0; count < 3; count += 1) expect((await call('/things', init)).status).toBe(401);
  });

  it('lets a client that asks first send its body only when it is wanted', async () => {
    const head = 'POST /things HTTP/1.1\ncontent-type: application/json\nexpect: 100-continue\nconnection: close';
    expect(await speak(`${head}\ncontent-length: 2`, '{}')).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200/);
    const refused = await speak(`${head}\ncontent-length: 9000000`);
    expect(refused).toMatch(/^HTTP\/1\.1 413/);
    expect(refused).toMatch(/connection: close/i);
  });

  describe('hands bytes on', () => {
    it('as they come', async () => {
      const response = await call('/bytes', { method: 'POST', body: 'x'.repeat(MAX_BYTES) });
      expect(await response.json()).toEqual({ length: MAX_BYTES });
    });

    it('up to the limit, whether the length is told or not', async () => {
      const pieces = Readable.from(Array.from({ length: 11 }, () => Buffer.alloc(10_000)));
      const told = await call('/bytes', { method: 'POST', body: 'x'.repeat(MAX_BYTES + 1) });
      const untold = await call('/bytes', {
        method: 'POST',
        body: Readable.toWeb(pieces) as unknown as BodyInit,
        duplex: 'half',
      } as RequestInit);
      for (const response of [told, untold]) {
        expect(response.status).toBe(413);
        expect((await response.json()).error.code).toBe('payload_too_large');
      }
    });
  });

  describe('streams', () => {
    it('a body to its end', async () => {
      const response = await call('/streams/file');
      expect([response.headers.get('content-type'), await response.text()]).toEqual(['text/plain', 'a file']);
    });

    it('no faster than the client reads, and ends the source when the client goes', async () => {
      events.length = 0;
      const leaving = new AbortController();
      const response = await call('/streams/endless', { signal: leaving.signal });
      const reader = response.body?.getReader();
      await reader?.read();
      // Meanwhile others are served. Sockets take some megabytes by themselves; an unbridled source would go on for ever.
      for (let count = 0; count < 20; count += 1) await (await call('/things/1')).text();
      expect(events.length).toBeLessThan(40);
      leaving.abort();
      await heard('ended');
      expect(events).toContain('aborted');
    });

    it('wakes a source that waits when the client goes', async () => {
      events.length = 0;
      const leaving = new AbortController();
      const response = await call('/streams/waiting', { signal: leaving.signal });
      const first = await response.body?.getReader().read();
      expect(new TextDecoder().decode(first?.value)).toBe('data: hello\n\n');
      leaving.abort();
      await heard('woken');
    });

    it('nothing for HEAD, and ends the source', async () => {
      const response = await call('/streams/endless', { method: 'HEAD' });
      expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/plain']);
    });

    it('a body that breaks off so that nobody takes it for whole, and lives on', async () => {
      const response = await call('/streams/broken');
      await expect(response.text()).rejects.toThrow();
      expect((await call('/things/1')).status).toBe(200);
    });

    it('a refusal in place of a body', async () => {
      const response = await call('/streams/none');
      expect([response.status, (await response.json()).error.code]).toEqual([404, 'not_found']);
    });
  });
});

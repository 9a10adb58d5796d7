import { ConnectionGoneError, MarfaApiError, MarfaError, type ProxyBody, RunEndedError } from '@withmarfa/runtime-sdk';
import { describe, expect, it } from 'vitest';
import { aClient } from './support/a-client.ts';
import { CONNECTION } from './support/builders.ts';
import { startHttpServer } from './support/start-http-server.ts';
import { type Answer, refusal, startMarfa } from './support/start-marfa.ts';

const PROXY = `/connections/${CONNECTION}/proxy`;
const ok: Answer = { status: 200, body: { ok: true } };

/** What Marfa itself answers when it sends nothing on. */
const ownRefusal = (status: number, code: string, headers: Record<string, string> = {}): Answer => ({
  status,
  body: refusal(code),
  headers: { 'x-error-code': code, ...headers },
});
const answering = (route: (count: number) => Answer) =>
  startMarfa({
    ...Object.fromEntries(
      ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].map((method) => [
        `${method} ${PROXY}/*`,
        (_: unknown, count: number) => route(count),
      ]),
    ),
  });

describe('a call through the proxy: what goes out', () => {
  it.for<[string, string]>([
    ['calendars/primary/events', '/calendars/primary/events'],
    ['/calendars/primary', '/calendars/primary'],
    ['//evil.example/x', '/evil.example/x'],
    ['a%2Fb/c%23d?q=1&r=a%20b', '/a%2Fb/c%23d?q=1&r=a%20b'],
    ['a/../b', '/b'],
  ])('goes below the proxy of its own connection: %s', async ([path, expected]) => {
    await using marfa = await answering(() => ok);
    await aClient(marfa.url).client.proxyRequest('GET', path);
    expect(marfa.seen.map(({ url }) => url)).toEqual([`${PROXY}${expected}`]);
    expect(marfa.seen[0]?.headers.authorization).toBe('Bearer key-0');
  });

  it.for(['../keys', 'a/%2e%2e/../../x', '..\\..\\keys', 'calendars/holiday#de/events'])(
    'is not sent when its path would lead elsewhere or be cut: %s',
    async (path) => {
      await using marfa = await startMarfa({});
      const call = aClient(marfa.url).client.proxyRequest('GET', path);
      await expect(call).rejects.toSatisfy((error) => MarfaError.is(error, 'validation_error'));
      expect(marfa.seen).toEqual([]);
    },
  );

  it.for<[string, ProxyBody, string, string]>([
    ['text', 'plain ü', 'text/plain;charset=UTF-8', 'plain ü'],
    ['bytes', new TextEncoder().encode('bytes ü'), 'application/octet-stream', 'bytes ü'],
    ['a buffer', new TextEncoder().encode('buffer').buffer, 'application/octet-stream', 'buffer'],
    ['form fields', new URLSearchParams({ a: 'b c' }), 'application/x-www-form-urlencoded;charset=UTF-8', 'a=b+c'],
    ['an object', { summary: 'Tea ☕' }, 'application/json', '{"summary":"Tea ☕"}'],
    ['a list', [1, null], 'application/json', '[1,null]'],
  ])('carries %s with its content type', async ([, body, contentType, sent]) => {
    await using marfa = await answering(() => ok);
    await aClient(marfa.url).client.proxyRequest('POST', 'x', body);
    expect(marfa.seen).toMatchObject([{ method: 'POST', body: sent, headers: { 'content-type': contentType } }]);
  });

  it.for([undefined, null])('carries no body and no content type for %s', async (body) => {
    await using marfa = await answering(() => ok);
    const { client } = aClient(marfa.url);
    await client.proxyRequest('GET', 'x', body);
    await client.proxyRequest('DELETE', 'x', body, { headers: { 'if-match': '"1"' } });
    expect(marfa.seen.map((request) => request.body)).toEqual(['', '']);
    for (const { headers } of marfa.seen) expect(headers).not.toHaveProperty('content-type');
  });

  it('carries a part of a larger buffer and nothing around it', async () => {
    await using marfa = await answering(() => ok);
    const whole = new TextEncoder().encode('before-middle-after');
    await aClient(marfa.url).client.proxyRequest('PUT', 'x', whole.subarray(7, 13));
    expect(marfa.seen[0]?.body).toBe('middle');
  });

  it.for([new Blob(['x']), new FormData(), new ReadableStream()])(
    'refuses what JSON would make an empty object of: %o',
    async (body) => {
      await using marfa = await startMarfa({});
      const call = aClient(marfa.url).client.proxyRequest('POST', 'x', body);
      await expect(call).rejects.toSatisfy((error) => MarfaError.is(error, 'validation_error'));
      expect(marfa.seen).toEqual([]);
    },
  );

  it('carries the headers it is given, its own content type among them, but no other bearer', async () => {
    await using marfa = await answering(() => ok);
    const headers = { 'Content-Type': 'application/merge-patch+json', 'If-Match': '"7"', authorization: 'Bearer mine' };
    await aClient(marfa.url).client.proxyRequest('PATCH', 'x', { a: 1 }, { headers });
    expect(marfa.seen[0]?.headers).toMatchObject({
      'content-type': 'application/merge-patch+json',
      'if-match': '"7"',
      authorization: 'Bearer key-0',
    });
  });

  it('sends form fields', async () => {
    await using marfa = await answering(() => ok);
    await aClient(marfa.url).client.proxyRequestForm('POST', 'x', { a: '1&2', b: 'ü' }, { headers: { 'x-a': 'b' } });
    expect(marfa.seen[0]).toMatchObject({
      body: 'a=1%262&b=%C3%BC',
      headers: { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8', 'x-a': 'b' },
    });
  });
});

describe('a call through the proxy: what the upstream answers', () => {
  it.for([200, 204, 302, 400, 401, 403, 404, 410, 412, 429, 500, 503])(
    'is handed on as it is, with status %i',
    async (status) => {
      const headers = { 'retry-after': '0', 'www-authenticate': 'Bearer', location: 'http://127.0.0.1:9/' };
      await using marfa = await answering(() => ({ status, headers, ...(status === 204 ? {} : { body: { status } }) }));
      const { client, refreshes, clock } = aClient(marfa.url);
      const response = await client.proxyRequest('POST', 'x', {});
      expect(response.status).toBe(status);
      expect(Object.fromEntries(response.headers)).toMatchObject(headers);
      expect(await response.text()).toBe(status === 204 ? '' : JSON.stringify({ status }));
      expect([marfa.seen.length, refreshes(), clock.asked]).toEqual([1, 0, []]);
    },
  );

  it('comes as it is sent, and is not gathered first', async () => {
    const release = Promise.withResolvers<void>();
    await using marfa = await startHttpServer(async (_request, response) => {
      response.writeHead(200).write('first');
      await release.promise;
      response.end('last');
    });
    const response = await aClient(marfa.url).client.proxyRequest('GET', 'x');
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect(await reader?.read()).toEqual({ done: false, value: 'first' });
    release.resolve();
    expect(await reader?.read()).toEqual({ done: false, value: 'last' });
    expect((await reader?.read())?.done).toBe(true);
  });
});

describe('a call through the proxy: what Marfa refuses', () => {
  it.for<[number, string]>([
    [401, 'reauth_required'],
    [403, 'forbidden'],
    [404, 'connection_not_found'],
    [413, 'payload_too_large'],
    [502, 'upstream_unreachable'],
    [502, 'oauth_proxy_upstream_invalid'],
    [503, 'storage_unavailable'],
  ])('throws %i %s, and is not repeated', async ([status, code]) => {
    await using marfa = await answering(() => ownRefusal(status, code));
    const { client, refreshes } = aClient(marfa.url);
    const fault = client.proxyRequest('GET', 'x');
    await expect(fault).rejects.toSatisfy((error) => MarfaApiError.is(error, code));
    await expect(fault).rejects.toMatchObject({ status });
    expect([marfa.seen.length, refreshes()]).toEqual([1, 0]);
  });

  it('throws the code of the header when there is no body to read it from', async () => {
    await using marfa = await startHttpServer((_request, response) => {
      response.writeHead(401, { 'x-error-code': 'reauth_required' }).end();
    });
    const fault = aClient(marfa.url).client.proxyRequest('HEAD', 'x');
    await expect(fault).rejects.toMatchObject({ code: 'reauth_required', status: 401 });
  });

  it('throws the code of the header when the body breaks off', async () => {
    await using marfa = await startHttpServer((_request, response) => {
      response.writeHead(502, { 'x-error-code': 'upstream_unreachable', 'content-length': '100' });
      response.write('{"error":', () => response.destroy());
    });
    const fault = aClient(marfa.url).client.proxyRequest('GET', 'x');
    await expect(fault).rejects.toMatchObject({ code: 'upstream_unreachable', status: 502 });
  });

  it('throws network_error when no answer comes, and does not send again what may have been done', async () => {
    await using marfa = await answering(() => 'cut off');
    const fault = aClient(marfa.url).client.proxyRequest('POST', 'x', {});
    await expect(fault).rejects.toMatchObject({ code: 'network_error', status: 0 });
    expect(marfa.seen).toHaveLength(1);
  });

  it('makes the call again with a fresh credential, once', async () => {
    await using marfa = await answering((count) => (count === 1 ? ownRefusal(401, 'unauthorized') : ok));
    const { client, refreshes } = aClient(marfa.url);
    expect((await client.proxyRequest('POST', 'x', { a: 1 })).status).toBe(200);
    expect(marfa.seen.map(({ headers, body }) => [headers.authorization, body])).toEqual([
      ['Bearer key-0', '{"a":1}'],
      ['Bearer key-1', '{"a":1}'],
    ]);
    expect(refreshes()).toBe(1);
  });

  it('throws when the fresh credential is refused as well', async () => {
    await using marfa = await answering(() => ownRefusal(401, 'unauthorized'));
    const { client, refreshes } = aClient(marfa.url);
    await expect(client.proxyRequest('GET', 'x')).rejects.toMatchObject({ code: 'unauthorized', status: 401 });
    expect([marfa.seen.length, refreshes()]).toEqual([2, 1]);
  });

  it('says that the connection is gone when there is no credential any more', async () => {
    await using marfa = await answering(() => ownRefusal(401, 'unauthorized'));
    const { client } = aClient(marfa.url, { refresh: async () => null });
    await expect(client.proxyRequest('GET', 'x')).rejects.toSatisfy(ConnectionGoneError.is);
  });

  it('waits as Marfa’s own limit asks and makes the call again, also one that must not be made twice', async () => {
    const limited = ownRefusal(429, 'rate_limited', { 'retry-after': '7' });
    await using marfa = await answering((count) => (count < 3 ? limited : ok));
    const { client, clock } = aClient(marfa.url);
    expect((await client.proxyRequest('POST', 'x', {})).status).toBe(200);
    expect(clock.asked).toEqual([7000, 7000]);
  });

  it.for<[string, Record<string, string>]>([
    ['asks for over a minute', { 'retry-after': '61' }],
    ['names no time', {}],
  ])('throws when the limit %s', async ([, headers]) => {
    await using marfa = await answering(() => ownRefusal(429, 'rate_limited', headers));
    const { client, clock } = aClient(marfa.url);
    await expect(client.proxyRequest('GET', 'x')).rejects.toMatchObject({ code: 'rate_limited', status: 429 });
    expect([marfa.seen.length, clock.asked]).toEqual([1, []]);
  });
});

describe('a call through the proxy: when it is stopped', () => {
  it('ends with the run, and none is made afterwards', async () => {
    const asked = Promise.withResolvers<void>();
    await using marfa = await answering(() => {
      asked.resolve();
      return 'never';
    });
    const { client, ending } = aClient(marfa.url);
    const underWay = client.proxyRequest('GET', 'x');
    await asked.promise;
    ending.abort(new RunEndedError('over'));
    await expect(underWay).rejects.toSatisfy(RunEndedError.is);
    await expect(client.proxyRequest('GET', 'x')).rejects.toSatisfy(RunEndedError.is);
    expect(marfa.seen).toHaveLength(1);
  });

  it('ends when its own signal fires, and the run goes on', async () => {
    const asked = Promise.withResolvers<void>();
    await using marfa = await answering((count) => {
      asked.resolve();
      return count === 1 ? 'never' : ok;
    });
    const { client } = aClient(marfa.url);
    const own = new AbortController();
    const underWay = client.proxyRequest('GET', 'x', undefined, { signal: own.signal });
    await asked.promise;
    own.abort(new Error('long enough'));
    await expect(underWay).rejects.toThrow('long enough');
    expect((await client.proxyRequest('GET', 'x')).status).toBe(200);
  });

  it('ends the body that is being read with the run', async () => {
    await using marfa = await startHttpServer((_request, response) => {
      response.writeHead(200).write('first');
    });
    const { client, ending } = aClient(marfa.url);
    const response = await client.proxyRequest('GET', 'x');
    const reading = response.text();
    ending.abort(new RunEndedError('over'));
    await expect(reading).rejects.toSatisfy(RunEndedError.is);
  });

  it('does not wait out a limit', async () => {
    await using marfa = await answering(() => ownRefusal(429, 'rate_limited', { 'retry-after': '5' }));
    const { client, clock, ending } = aClient(marfa.url);
    clock.after = () => {
      queueMicrotask(() => ending.abort(new RunEndedError('over')));
      return () => undefined;
    };
    await expect(client.proxyRequest('GET', 'x')).rejects.toSatisfy(RunEndedError.is);
    expect(marfa.seen).toHaveLength(1);
  });
});

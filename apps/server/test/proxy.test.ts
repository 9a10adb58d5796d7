import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { startFakeServer } from '@withmarfa/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import { type RecordingUpstream, startRecordingUpstream } from './support/recording-upstream.ts';
import { aTokenConnection, sendRaw, type TokenConnection } from './support/upstream-connection.ts';

describeServer('The proxy', (under) => {
  let upstream: RecordingUpstream;
  let connection: TokenConnection;
  const send = (rest: string, options: Parameters<typeof sendRaw>[2] = {}) =>
    sendRaw(under.server.url, connection.path(rest), { key: connection.space.key, ...options });

  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    connection = await aTokenConnection(under.admin, `${upstream.url}/v1/`);
  });
  afterAll(() => upstream.close());
  beforeEach(() => upstream.reset());
  const answerWith = (answer: Parameters<RecordingUpstream['answerWith']>[0]) => upstream.answerWith(answer);

  describe('sends a request on', () => {
    it('with its method, path and query byte for byte, and the credential of the Connection', async () => {
      const rest = "a%2Fb/c//d;x=1/caf%C3%A9@:8080?q=%zz&r=a+b&&s='[]";
      const answer = await send(rest);
      expect([answer.status, answer.body.toString()]).toEqual([200, 'hello']);
      expect(upstream.seen).toMatchObject([
        { method: 'GET', url: `/v1/${rest}`, headers: { authorization: `Bearer ${connection.token}` } },
      ]);
    });

    it.each(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'])('as %s', async (method) => {
      const answer = await send('thing', { method });
      expect(answer.status).toBe(200);
      expect(answer.body.toString()).toBe(method === 'HEAD' ? '' : 'hello');
      expect(upstream.seen.map((each) => each.method)).toEqual([method]);
    });

    it.each(['TRACE', 'OPTIONS', 'PROPFIND'])('but not as %s', async (method) => {
      const answer = await send('thing', { method });
      expect([answer.status, upstream.seen]).toEqual([method === 'OPTIONS' ? 204 : 404, []]);
      expect(answer.headers.allow).toBe('OPTIONS, GET, HEAD, POST, PUT, PATCH, DELETE');
    });

    it.each(['Bearer', 'Token'] as const)('with a %s token', async (scheme) => {
      const other = await aTokenConnection(under.admin, upstream.url, { scheme });
      await sendRaw(under.server.url, other.path('x'), { key: other.space.key });
      expect(upstream.seen[0]?.headers.authorization).toBe(`${scheme} ${other.token}`);
    });

    it('with its body byte for byte, whatever its size and framing', async () => {
      answerWith((_request, response, body) => void response.end(body));
      for (const size of [0, 1, 65_535, 65_536, 65_537, 3_000_000]) {
        const body = randomBytes(size);
        for (const headers of [{ 'content-length': String(size) }, { 'transfer-encoding': 'chunked' }]) {
          const answer = await send('echo', { method: 'POST', body, headers });
          expect(answer.status).toBe(200);
          expect(answer.body.equals(body)).toBe(true);
        }
      }
    });

    it('with a body for GET and DELETE as well', async () => {
      for (const method of ['GET', 'DELETE'])
        await send('x', { method, body: 'why not', headers: { 'content-length': '7' } });
      expect(upstream.seen.map(({ body }) => body.toString())).toEqual(['why not', 'why not']);
    });

    it('once it has told a client that asks first to go on', async () => {
      const answer = await send('x', {
        method: 'POST',
        body: 'hello',
        headers: { expect: '100-continue', 'content-length': '5' },
      });
      expect(answer.status).toBe(200);
      expect(upstream.seen[0]).toMatchObject({ body: Buffer.from('hello') });
      expect(upstream.seen[0]?.headers.expect).toBeUndefined();
    });

    it('without asking for JSON, and without looking at idempotency keys', async () => {
      const headers = { 'content-type': 'application/json', 'idempotency-key': 'one', 'content-length': '5' };
      const answers = await Promise.all([1, 2].map(() => send('x', { method: 'POST', body: '{"a":', headers })));
      expect(answers.map(({ status }) => status)).toEqual([200, 200]);
      expect(upstream.seen.map((each) => each.headers['idempotency-key'])).toEqual(['one', 'one']);
    });

    it('to the base itself when nothing follows', async () => {
      await sendRaw(under.server.url, `/connections/${connection.id}/proxy?a=1`, { key: connection.space.key });
      await send('');
      expect(upstream.seen.map(({ url }) => url)).toEqual(['/v1?a=1', '/v1/']);
    });

    it('to the override of the Connection, where there is one, and nowhere else', async () => {
      const elsewhere = await startFakeServer((request, response) => void response.end(`elsewhere ${request.url}`));
      const other = await aTokenConnection(under.admin, upstream.url, {
        configuration: { upstream_base_url_override: `${elsewhere.url}/v2` },
      });
      const answer = await sendRaw(under.server.url, other.path('x'), { key: other.space.key });
      expect(answer.body.toString()).toBe('elsewhere /v2/x');
      await elsewhere.close();
      const after = await sendRaw(under.server.url, other.path('x'), { key: other.space.key });
      expect([after.status, after.headers['x-error-code']]).toEqual([502, 'upstream_unreachable']);
      expect(upstream.seen).toEqual([]);
    });
  });

  describe('hands an answer back', () => {
    it.each([200, 201, 204, 206, 301, 302, 304, 307, 400, 401, 403, 404, 418, 429, 500, 502, 503])(
      'with its status %i, without following or trying again',
      async (status) => {
        const own = await aTokenConnection(under.admin, upstream.url);
        answerWith((_request, response) => {
          response.writeHead(status, { location: 'http://169.254.169.254/', 'x-own': 'theirs' }).end();
        });
        const answer = await sendRaw(under.server.url, own.path('x'), { key: own.space.key });
        expect(answer.status).toBe(status);
        expect(answer.headers).toMatchObject({ location: 'http://169.254.169.254/', 'x-own': 'theirs' });
        expect(answer.headers['x-error-code']).toBeUndefined();
        expect(upstream.seen).toHaveLength(1);
      },
    );

    it('compressed as it came', async () => {
      const packed = gzipSync('x'.repeat(10_000));
      answerWith(
        (_request, response) =>
          void response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': packed.length }).end(packed),
      );
      const answer = await send('x', { headers: { 'accept-encoding': 'gzip, br' } });
      expect(answer.body.equals(packed)).toBe(true);
      expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', 'content-length': String(packed.length) });
      expect(upstream.seen[0]?.headers['accept-encoding']).toBe('gzip, br');
    });

    it('with the length of what HEAD asks about, and without a body', async () => {
      answerWith((_request, response) => void response.writeHead(200, { 'content-length': 99_999_999_999 }).end());
      const answer = await send('x', { method: 'HEAD' });
      expect([answer.status, answer.headers['content-length'], answer.body.length]).toEqual([200, '99999999999', 0]);
    });

    it('without the informational answers and trailers that belong to one hop', async () => {
      answerWith((_request, response) => {
        response.writeProcessing();
        response.writeEarlyHints({ link: '</style.css>; rel=preload' });
        response.writeHead(200, { trailer: 'x-sum' });
        response.write('hello');
        response.addTrailers({ 'x-sum': '1' });
        response.end();
      });
      const answer = await send('x');
      expect([answer.status, answer.body.toString(), answer.headers.link, answer.headers.trailer]).toEqual([
        200,
        'hello',
        undefined,
        undefined,
      ]);
    });

    it('piece by piece, as it comes', async () => {
      let finish = (): void => undefined;
      answerWith((_request, response) => {
        response.write('first');
        finish = () => response.end(' and last');
      });
      const response = await fetch(`${under.server.url}${connection.path('x')}`, {
        headers: { authorization: `Bearer ${connection.space.key}` },
      });
      const reader = response.body?.getReader();
      const first = await reader?.read();
      expect(Buffer.from(first?.value ?? []).toString()).toBe('first');
      finish();
      const last = await reader?.read();
      expect(Buffer.from(last?.value ?? []).toString()).toBe(' and last');
    });
  });

  describe('cleans what passes', () => {
    it('of what is between the caller and Marfa, and of what Connection names', async () => {
      await send('x', {
        headers: {
          connection: 'close, X-Hop, X-Signature',
          'x-hop': '1',
          'x-signature': 'forged',
          cookie: 'session=1',
          te: 'trailers',
          'proxy-authorization': 'Basic x',
          'x-marfa-cycle': '{}',
          'x-forwarded-for': '10.0.0.1',
          'x-forwarded-host': 'inside',
          forwarded: 'for=10.0.0.1',
          via: '1.1 here',
          'x-real-ip': '10.0.0.1',
          'x-request-id': 'mine',
          accept: 'text/plain',
          'x-two': ['a', 'b'],
        },
      });
      const raw = upstream.seen[0]?.rawHeaders ?? [];
      const names = raw.filter((_part, index) => index % 2 === 0).map((name) => name.toLowerCase());
      expect(names.sort()).toEqual(['accept', 'authorization', 'connection', 'host', 'x-two', 'x-two']);
      expect(upstream.seen[0]?.headers).toMatchObject({ host: new URL(upstream.url).host, connection: 'keep-alive' });
      expect(JSON.stringify(upstream.seen)).not.toContain(connection.space.key);
    });

    it('keeps the credential even when Connection names it', async () => {
      await send('x', { headers: { connection: 'authorization, close' } });
      expect(upstream.seen[0]?.headers.authorization).toBe(`Bearer ${connection.token}`);
    });

    it('of what would act on this origin or speak in its name', async () => {
      answerWith(
        (_request, response) =>
          void response
            .writeHead(200, {
              'content-type': 'text/html',
              'set-cookie': ['a=1', 'b=2'],
              'access-control-allow-origin': '*',
              'strict-transport-security': 'max-age=1',
              'content-security-policy': "script-src 'unsafe-inline'",
              'clear-site-data': '"*"',
              'x-frame-options': 'ALLOWALL',
              'x-error-code': 'unauthorized',
              'x-request-id': 'theirs',
              'x-content-type-options': 'none',
              'alt-svc': 'h3=":443"',
              refresh: '0; url=https://evil.example',
              connection: 'close, x-hop',
              'x-hop': '1',
              'www-authenticate': 'Bearer realm="theirs"',
              etag: '"1"',
            })
            .end('<script>1</script>'),
      );
      const { headers } = await send('x', { headers: { 'x-request-id': 'ours-1' } });
      expect(headers).toMatchObject({
        'content-type': 'text/html',
        'x-request-id': 'ours-1',
        'x-content-type-options': 'nosniff',
        'www-authenticate': 'Bearer realm="theirs"',
        'cache-control': 'no-store',
        etag: '"1"',
      });
      expect(headers['content-security-policy']).toMatch(/(^|; )sandbox$/);
      for (const name of [
        'set-cookie',
        'access-control-allow-origin',
        'strict-transport-security',
        'clear-site-data',
        'x-error-code',
        'alt-svc',
        'refresh',
        'x-hop',
      ])
        expect(headers[name], name).toBeUndefined();
      expect(headers['x-frame-options']).toBe('DENY');
    });

    it('keeps what an upstream says of caching and of its own rate', async () => {
      answerWith(
        (_request, response) =>
          void response.writeHead(200, { 'cache-control': 'max-age=60', 'x-ratelimit-remaining': '7' }).end(),
      );
      const own = await aTokenConnection(under.admin, `${upstream.url}/rates`);
      const { headers } = await sendRaw(under.server.url, own.path('x'), { key: own.space.key });
      expect(headers).toMatchObject({ 'cache-control': 'max-age=60', 'x-ratelimit-remaining': '7' });
      expect(headers['x-ratelimit-limit']).toBeUndefined();
    });
  });

  it('answers the preflight of a page, and echoes no origin that nobody named', async () => {
    answerWith((_request, response) => void response.writeHead(200, { 'access-control-allow-origin': '*' }).end());
    const answer = await send('x', { headers: { origin: 'https://evil.example' } });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    const preflight = await send('x', { method: 'OPTIONS', headers: { origin: 'https://evil.example' } });
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([204, undefined]);
  });
});

import { gzipSync } from 'node:zlib';
import { EgressRefusedError, permanentLocation } from '@withmarfa/runtime-sdk';
import { createEgressFetch, parseOutboundAllow } from '@withmarfa/runtime-sdk/local';
import { describe, expect, it } from 'vitest';
import { aRunRequest } from './support/builders.ts';
import { startConnector } from './support/start-connector.ts';
import { type HttpServer, startHttpServer } from './support/start-http-server.ts';

const egressFetchTo = (...servers: HttpServer[]) =>
  createEgressFetch({ allow: parseOutboundAllow(servers.map((server) => `127.0.0.1:${server.port}`).join(',')) });

/** A server whose `/301/to` answers 301 to `to`, and everything else 200 with its own path. */
function startRedirects(): Promise<HttpServer> {
  return startHttpServer(({ url }, response) => {
    const [, status = '', to = ''] = /^\/(3\d\d)(\/.*)$/.exec(url) ?? [];
    if (status === '') return void response.end(url);
    response.writeHead(Number(status), { location: to }).end('moved');
  });
}

describe('the egress fetch', () => {
  it('gives back what the server sent, decompressed', async () => {
    await using server = await startHttpServer((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip', etag: '"1"' }).end(gzipSync('hello'));
    });
    const response = await egressFetchTo(server)(`${server.url}/a`, { headers: { 'if-none-match': '"0"' } });
    expect([response.status, response.url, response.redirected]).toEqual([200, `${server.url}/a`, false]);
    expect(response.headers.get('etag')).toBe('"1"');
    expect(await response.text()).toBe('hello');
    expect(server.seen[0]?.headers['if-none-match']).toBe('"0"');
  });

  it.for([
    ['text', 'a=1', 'text/plain;charset=UTF-8', /^a=1$/],
    ['a form', new URLSearchParams({ a: '1' }), 'application/x-www-form-urlencoded;charset=UTF-8', /^a=1$/],
    ['bytes', new TextEncoder().encode('a=1'), undefined, /^a=1$/],
    ['a multipart form', aForm(), expect.stringContaining('multipart/form-data; boundary='), /name="a"\r\n\r\n1/],
  ] as const)('sends %s as fetch does', async ([, body, type, sent]) => {
    await using server = await startHttpServer((_, response) => void response.end());
    await egressFetchTo(server)(server.url, { method: 'POST', body });
    expect(server.seen[0]?.headers['content-type']).toEqual(type);
    expect(server.seen[0]?.body).toMatch(sent);
  });

  it('sends a stream without gathering it first', async () => {
    await using server = await startHttpServer((_, response) => void response.end());
    const body = new Blob(['hello']).stream();
    await egressFetchTo(server)(server.url, { method: 'PUT', body, duplex: 'half' } as RequestInit);
    expect(server.seen[0]).toMatchObject({ method: 'PUT', body: 'hello' });
    expect(server.seen[0]?.headers['transfer-encoding']).toBe('chunked');
  });

  it('follows redirects and says where it ended', async () => {
    await using server = await startRedirects();
    const response = await egressFetchTo(server)(`${server.url}/302/301/end#part`);
    expect([response.url, response.redirected, await response.text()]).toEqual([`${server.url}/end`, true, '/end']);
    expect(server.seen.map((request) => request.url)).toEqual(['/302/301/end', '/301/end', '/end']);
  });

  it('takes ten redirects and no more', async () => {
    await using server = await startRedirects();
    const egressFetch = egressFetchTo(server);
    expect((await egressFetch(`${server.url}${'/302'.repeat(10)}/end`)).status).toBe(200);
    await expect(egressFetch(`${server.url}${'/302'.repeat(11)}/end`)).rejects.toThrow('more than 10 redirects');
  });

  it('leaves redirects alone in manual mode, and refuses them in error mode', async () => {
    await using server = await startRedirects();
    const egressFetch = egressFetchTo(server);
    const response = await egressFetch(`${server.url}/301/end`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([301, '/end']);
    await expect(egressFetch(`${server.url}/301/end`, { redirect: 'error' })).rejects.toThrow(TypeError);
    expect(server.seen).toHaveLength(2);
  });

  it.for([
    ['http://127.0.0.1:PORT/', 'address'],
    ['http://169.254.169.254/', 'address'],
    ['//[::1]:PORT/', 'address'],
    ['http://localhost:PORT/', 'name'],
    ['file:///etc/passwd', 'scheme'],
    ['http://name:word@127.0.0.1:PORT/', 'credentials'],
  ] as const)('refuses a redirect to %s by its %s and never goes there', async ([to, rule]) => {
    await using inside = await startHttpServer((_, response) => void response.end('inside'));
    const location = to.replace('PORT', String(inside.port));
    await using server = await startHttpServer((_, response) => void response.writeHead(302, { location }).end());
    const refused = await egressFetchTo(server)(server.url).catch((error: unknown) => error);
    expect(EgressRefusedError.is(refused) && refused.rule).toBe(rule);
    expect(inside.seen).toEqual([]);
  });

  it('keeps credentials from another origin, and passes them on within one', async () => {
    await using other = await startHttpServer((_, response) => void response.end());
    await using server = await startHttpServer(({ url }, response) => {
      response.writeHead(302, { location: url === '/a' ? '/b' : other.url }).end();
    });
    const headers = { authorization: 'Bearer secret', cookie: 'a=1', 'x-kept': 'yes' };
    await egressFetchTo(server, other)(`${server.url}/a`, { headers });
    expect(server.seen[1]?.headers).toMatchObject(headers);
    expect(other.seen[0]?.headers['x-kept']).toBe('yes');
    expect(other.seen[0]?.headers).not.toHaveProperty('authorization');
    expect(other.seen[0]?.headers).not.toHaveProperty('cookie');
  });

  it.for([
    [301, 'POST', 'GET', ''],
    [302, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [302, 'PUT', 'PUT', 'body'],
    [307, 'POST', 'POST', 'body'],
    [308, 'POST', 'POST', 'body'],
  ] as const)('follows a %i of a %s with a %s', async ([status, method, then, body]) => {
    await using server = await startRedirects();
    await egressFetchTo(server)(`${server.url}/${status}/end`, { method, body: 'body' });
    expect(server.seen[1]).toMatchObject({ method: then, body });
    expect('content-type' in (server.seen[1]?.headers ?? {})).toBe(body !== '');
  });

  it('does not send a stream twice', async () => {
    await using server = await startRedirects();
    const body = new Blob(['hello']).stream();
    const sent = egressFetchTo(server)(`${server.url}/307/end`, {
      method: 'POST',
      body,
      duplex: 'half',
    } as RequestInit);
    await expect(sent).rejects.toThrow('cannot be sent again');
  });

  it.for([
    ['/end', null],
    ['/302/end', null],
    ['/301/end', '/end'],
    ['/308/301/end', '/end'],
    ['/301/302/end', '/302/end'],
    ['/302/301/end', null],
    ['/307/308/end', null],
  ] as const)('remembers of %s the permanent part %s', async ([path, expected]) => {
    await using server = await startRedirects();
    const response = await egressFetchTo(server)(server.url + path);
    expect(permanentLocation(response)).toBe(expected && server.url + expected);
  });

  it('stops when the signal fires', async () => {
    const stop = new AbortController();
    await using server = await startHttpServer(() => stop.abort(new Error('enough')));
    await expect(egressFetchTo(server)(server.url, { signal: stop.signal })).rejects.toThrow('enough');
  });

  it('refuses the URLs that fetch refuses', async () => {
    await expect(createEgressFetch({ allow: [] })('no url')).rejects.toThrow(TypeError);
    await expect(createEgressFetch({ allow: [] })('http://')).rejects.toThrow(TypeError);
  });

  it('uses no proxy from the environment', async () => {
    await using proxy = await startHttpServer((_, response) => void response.end('proxy'));
    await using upstream = await startHttpServer((_, response) => void response.end('upstream'));
    await using connector = await startConnector({
      env: {
        NODE_USE_ENV_PROXY: '1',
        HTTP_PROXY: proxy.url,
        http_proxy: proxy.url,
        ALL_PROXY: proxy.url,
        MARFA_OUTBOUND_ALLOW: '127.0.0.1',
      },
    });
    const outcome = await connector.run(aRunRequest({ configuration: { act: 'fetch', url: upstream.url } }));
    expect(outcome.result).toMatchObject({ reason: 'upstream' });
    expect(proxy.seen).toEqual([]);
  });
});

function aForm(): FormData {
  const form = new FormData();
  form.set('a', '1');
  return form;
}

import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { MarfaApiError } from '@withmarfa/runtime-sdk';
import { afterEach, describe, expect, it } from 'vitest';
import { type FakeServer, startFakeServer, type TestHarness, type UpstreamOptions } from '../src/index.ts';
import { aManifest, aScheduled } from './support/a-connector.ts';

const servers: FakeServer[] = [];
afterEach(() => Promise.all(servers.splice(0).map((server) => server.close())));

type Seen = { method?: string; url?: string; headers: IncomingMessage['headers']; body: string };

async function anUpstream(answer: (seen: Seen) => { status: number; headers?: Record<string, string>; body?: string }) {
  const seen: Seen[] = [];
  const server = await startFakeServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    const one = { method, url, headers, body: await text(request) };
    seen.push(one);
    const { status, headers: more = {}, body = '' } = answer(one);
    response.writeHead(status, more).end(body);
  });
  servers.push(server);
  return { url: `${server.url}/api`, seen };
}

function aHarnessOn(upstream: UpstreamOptions, isToken = true): TestHarness {
  const requirements = isToken
    ? {}
    : { token_requirements: undefined, oauth_requirements: { tides: 'proxy' as const } };
  return aScheduled(async () => ({ ok: true }), { upstream, manifest: aManifest(requirements) });
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'no error',
    (error: unknown) => (error instanceof MarfaApiError ? error.code : String(error)),
  );

describe('a proxied call', () => {
  it('reaches the upstream with the account’s token, which the connector never sees', async () => {
    const upstream = await anUpstream(() => ({
      status: 418,
      headers: { 'x-tea': 'yes', 'set-cookie': 'a=b', 'x-error-code': 'forged' },
      body: 'short and stout',
    }));
    const harness = aHarnessOn({ url: upstream.url, token: 'canary-1', scheme: 'Token' });
    const response = await harness.ctx.marfa.proxyRequest(
      'POST',
      '/tides?port=Oban',
      { high: true },
      {
        headers: { 'x-own': '1', authorization: 'Bearer forged', cookie: 'c=d', 'x-forwarded-for': '1.2.3.4' },
      },
    );
    expect([response.status, await response.text()]).toEqual([418, 'short and stout']);
    expect(response.headers.get('x-tea')).toBe('yes');
    expect(response.headers.get('set-cookie')).toBeNull();
    expect(upstream.seen).toMatchObject([
      { method: 'POST', url: '/api/tides?port=Oban', body: '{"high":true}', headers: { 'x-own': '1' } },
    ]);
    expect(upstream.seen[0]?.headers.authorization).toBe('Token canary-1');
    expect(upstream.seen[0]?.headers).not.toHaveProperty('cookie');
    expect(upstream.seen[0]?.headers).not.toHaveProperty('x-forwarded-for');
    expect(harness.upstream.calls).toMatchObject([{ method: 'POST', path: 'tides?port=Oban', status: 418 }]);
    expect(JSON.stringify(harness.upstream.calls)).not.toContain('canary-1');
  });

  it('with a token that is refused is handed on once, tells the person, and then fails until there is another', async () => {
    const upstream = await anUpstream(({ headers }) => ({
      status: headers.authorization === 'Bearer new' ? 200 : 401,
    }));
    const harness = aHarnessOn({ url: upstream.url, token: 'old' });
    expect((await harness.ctx.marfa.proxyRequest('GET', 'tides')).status).toBe(401);
    expect(await codeOf(harness.ctx.marfa.proxyRequest('GET', 'tides'))).toBe('reauth_required');
    expect(harness.activities).toMatchObject([{ severity: 'action_required', detail: { kind: 'token_rejected' } }]);
    expect(upstream.seen).toHaveLength(1);
    harness.upstream.reauthorize('new');
    expect((await harness.ctx.marfa.proxyRequest('GET', 'tides')).status).toBe(200);
    expect(harness.upstream.needsReauthorization).toBe(false);
  });

  it('of an OAuth account is made once more with a fresh token', async () => {
    const upstream = await anUpstream(({ headers }) => ({
      status: headers.authorization === 'Bearer new' ? 200 : 401,
    }));
    const answers = ['new', null];
    const refresh = async () => answers.shift() ?? null;
    const harness = aHarnessOn({ url: upstream.url, token: 'old', refresh }, false);
    expect((await harness.ctx.marfa.proxyRequest('POST', 'tides', 'body')).status).toBe(200);
    expect(upstream.seen.map(({ body }) => body)).toEqual(['body', 'body']);
    harness.upstream.reauthorize('old');
    expect(await codeOf(harness.ctx.marfa.proxyRequest('GET', 'tides'))).toBe('reauth_required');
    expect(harness.activities).toMatchObject([{ detail: { kind: 'reauth_required' } }]);
  });

  it('stays below the base address, follows no redirect, and says when nobody is there', async () => {
    const upstream = await anUpstream(() => ({ status: 302, headers: { location: 'https://example.org/' } }));
    const harness = aHarnessOn({ url: upstream.url, token: 't' });
    expect(await codeOf(harness.ctx.marfa.proxyRequest('GET', 'a/%2e%2e/../../secrets'))).toMatch(/lead elsewhere/);
    expect((await harness.ctx.marfa.proxyRequest('GET', 'tides')).status).toBe(302);
    await servers.pop()?.close();
    expect(await codeOf(harness.ctx.marfa.proxyRequest('GET', 'tides'))).toBe('upstream_unreachable');
    expect(upstream.seen).toHaveLength(1);
  });

  it('is refused to a connector that declares no upstream', async () => {
    const harness = aScheduled(async () => ({ ok: true }), { manifest: aManifest({ token_requirements: undefined }) });
    expect(await codeOf(harness.ctx.marfa.proxyRequest('GET', 'tides'))).toBe('forbidden');
  });
});

import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import {
  type FakeAuthorizationServer,
  type FakeServer,
  startFakeAuthorizationServer,
  startFakeServer,
} from '@withmarfa/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import { allRows } from './support/integrations.ts';
import { refusal } from './support/refusal.ts';
import { aSpace } from './support/spaces.ts';
import { connectAccount, installOAuth, propertiesOf } from './support/upstream.ts';
import { sendRaw } from './support/upstream-connection.ts';

describeServer('Proxied calls of an OAuth account', (under) => {
  let authorization: FakeAuthorizationServer;
  let upstream: FakeServer;
  let seen: { bearer: string; body: Buffer; status: number }[] = [];
  /** Set when the upstream refuses whatever it is shown. */
  let refusesAll = false;
  /** Set when the upstream says no before it has read the request. */
  let isHasty = false;

  beforeAll(async () => {
    authorization = await startFakeAuthorizationServer({ strict: true });
    upstream = await startFakeServer((request, response) => {
      const bearer = (request.headers.authorization ?? '').replace('Bearer ', '');
      const status = !refusesAll && authorization.isLive(bearer) ? 200 : 401;
      const chunks: Buffer[] = [];
      const answer = () => {
        const body = Buffer.concat(chunks);
        seen.push({ bearer, body, status });
        response.writeHead(status, { 'x-size': body.length, 'www-authenticate': 'Bearer realm="theirs"' }).end(body);
      };
      if (isHasty && status === 401) {
        seen.push({ bearer, body: Buffer.alloc(0), status });
        response.writeHead(401).end();
        return;
      }
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', answer);
    });
  });
  afterAll(async () => {
    await authorization.close();
    await upstream.close();
  });
  beforeEach(() => {
    seen = [];
    refusesAll = false;
    isHasty = false;
  });

  async function aConnected(manifest: Record<string, unknown> = {}) {
    const { api, key } = await aSpace(under.admin);
    const installed = await installOAuth({ admin: under.admin, api }, authorization, {
      manifest,
      provider: { upstream_base_url: `${upstream.url}/api` },
    });
    await connectAccount(api, installed.connection_id);
    const path = (rest: string) => `/connections/${installed.connection_id}/proxy/${rest}`;
    const send = (rest: string, options: Parameters<typeof sendRaw>[2] = {}) =>
      sendRaw(under.server.url, path(rest), { key, ...options });
    return { api, id: installed.connection_id, path, send };
  }
  const asking = async (api: Parameters<typeof allRows>[0]) =>
    (await allRows(api, '/items?type=system.activity')).filter((row) => row.properties.severity === 'action_required');

  it('carry the bearer of the account, which the caller never sees', async () => {
    const { send } = await aConnected();
    const answer = await send('me');
    expect(answer.status).toBe(200);
    expect(seen.map(({ bearer }) => authorization.isLive(bearer))).toEqual([true]);
    expect(JSON.stringify(answer)).not.toContain(seen[0]?.bearer);
  });

  it('wait for their account to be connected', async () => {
    const { api } = await aSpace(under.admin);
    const { connection_id } = await installOAuth({ admin: under.admin, api }, authorization);
    expect(refusal(await api.get(`/connections/${connection_id}/proxy/x`))).toEqual({
      status: 401,
      code: 'reauth_required',
    });
  });

  it('are not for a capability that is leased', async () => {
    const { api, path } = await aConnected({ oauth_requirements: { drive: 'leased' } });
    expect(refusal(await api.get(path('x')))).toEqual({ status: 403, code: 'forbidden' });
    expect(seen).toEqual([]);
  });

  describe('whose bearer is refused', () => {
    it.each([
      ['none', 0, 'content-length'],
      ['a small one', 1000, 'content-length'],
      ['a small one of unknown length', 1000, 'transfer-encoding'],
      ['one of 64 KB', 65_536, 'content-length'],
      ['a large one', 3_000_000, 'content-length'],
      ['a large one of unknown length', 3_000_000, 'transfer-encoding'],
    ])('go out once more with a fresh one, and with all of the same body: %s', async (_what, size, framing) => {
      for (const hasty of [false, true]) {
        isHasty = hasty;
        seen = [];
        const { send } = await aConnected();
        authorization.expireAccessTokens();
        const body = randomBytes(size);
        const value = framing === 'content-length' ? String(size) : 'chunked';
        const answer = await send('echo', { method: 'POST', body, headers: { [framing]: value } });
        expect(answer.status).toBe(200);
        expect(answer.body.equals(body)).toBe(true);
        expect(seen.map(({ status }) => status)).toEqual([401, 200]);
        expect(seen[0]?.bearer).not.toBe(seen[1]?.bearer);
      }
    });

    it('leave no file behind', async () => {
      const { send } = await aConnected();
      authorization.expireAccessTokens();
      const body = randomBytes(1_000_000);
      await send('echo', { method: 'POST', body, headers: { 'content-length': String(body.length) } });
      expect((await readdir(tmpdir())).filter((name) => name.startsWith('marfa-body-'))).toEqual([]);
    });

    it('share one renewal, however many they are', async () => {
      const { send } = await aConnected();
      authorization.expireAccessTokens();
      const before = authorization.tokenForms.length;
      const answers = await Promise.all(Array.from({ length: 20 }, () => send('me')));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(authorization.tokenForms.length - before).toBe(1);
    });

    it('again give up: the Connection waits for its person, who is asked once', async () => {
      const { api, id, path, send } = await aConnected();
      refusesAll = true;
      const answer = await send('me');
      expect([answer.status, answer.headers['x-error-code']]).toEqual([401, 'reauth_required']);
      expect(answer.headers['www-authenticate']).not.toContain('theirs');
      expect(seen).toHaveLength(2);
      expect(await propertiesOf(api, id)).toMatchObject({ runtime_status: 'reauth_required' });
      expect(await asking(api)).toHaveLength(1);

      refusesAll = false;
      expect(refusal(await api.get(path('me')))).toEqual({ status: 401, code: 'reauth_required' });
      expect(seen).toHaveLength(2);
      await connectAccount(api, id);
      expect((await send('me')).status).toBe(200);
      expect(await asking(api)).toHaveLength(0);
    });

    it('and whose grant has ended do not go out again', async () => {
      const { api, send } = await aConnected();
      authorization.revokeAll();
      const answer = await send('me');
      expect([answer.status, answer.headers['x-error-code']]).toEqual([401, 'reauth_required']);
      expect(seen).toHaveLength(1);
      expect(await asking(api)).toHaveLength(1);
    });
  });
});

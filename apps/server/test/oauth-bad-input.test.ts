import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../src/platform/database/database.ts';
import {
  ABSENT,
  countIssued,
  expectRefused,
  FORM,
  NO_TEXTS,
  ODD_NAMES,
  UNREADABLE,
  UNUSABLE_BODIES,
  withBad,
} from './support/bad-parameters.ts';
import { describeServer } from './support/describe-server.ts';
import {
  type App,
  aCode,
  aConfidentialApp,
  anApp,
  DEVICE_GRANT,
  oauthRefusal,
  REDIRECT,
  redeem,
  SCOPE,
  send,
} from './support/oauth.ts';
import { becomeOwner, type Person } from './support/person.ts';
import { openRecord } from './support/webhooks.ts';

const PATHS = [
  '/auth/oauth2/token',
  '/auth/token',
  '/auth/oauth2/revoke',
  '/auth/oauth2/introspect',
  '/auth/device',
  '/auth/device/token',
];

describeServer('Bad input', (under) => {
  let owner: Person;
  let app: App;
  let record: Database;
  /** A good form for each endpoint that takes one; what stands in it is spent by nobody. */
  let forms: Record<string, Record<string, string>>;
  beforeAll(async () => {
    owner = await becomeOwner(under.server);
    app = await anApp(under.server.url);
    const confidential = await aConfidentialApp(under.server.url);
    record = await openRecord(under.profile);
    const unknown = 'x'.repeat(43);
    const redeeming = {
      grant_type: 'authorization_code',
      code: unknown,
      code_verifier: unknown,
      redirect_uri: REDIRECT,
    };
    forms = {
      '/auth/oauth2/token': { ...redeeming, ...confidential.credentials },
      '/auth/token': { grant_type: 'refresh_token', refresh_token: unknown, ...app.credentials },
      '/auth/oauth2/revoke': { token: unknown, ...confidential.credentials },
      '/auth/oauth2/introspect': { token: unknown, ...confidential.credentials },
      '/auth/device': { scope: SCOPE, ...app.credentials },
      '/auth/device/token': { device_code: unknown, grant_type: DEVICE_GRANT, ...app.credentials },
    };
    return () => record.close();
  });
  const url = () => under.server.url;
  const post = (path: string, body: string, contentType = FORM) =>
    send(url(), path, { method: 'POST', headers: { 'content-type': contentType }, body });

  const issued = () => countIssued(record);

  describe.each(PATHS)('to %s', (path) => {
    it('is refused in every parameter that cannot be read', async () => {
      const before = await issued();
      for (const name of [...Object.keys(forms[path] ?? {}), 'surplus', ...ODD_NAMES]) {
        for (const bad of UNREADABLE)
          expectRefused(await post(path, withBad(forms[path] ?? {}, name, bad)), ['invalid_request']);
      }
      expect(await issued()).toBe(before);
    });

    it('is refused in every parameter that is left out', async () => {
      const before = await issued();
      for (const name of Object.keys(forms[path] ?? {})) {
        for (const bad of ABSENT) {
          const answer = await post(path, withBad(forms[path] ?? {}, name, bad));
          // Its grant says the path already.
          if (path === '/auth/device/token' && name === 'grant_type') continue;
          // Whoever holds a token may ask without a name; a stranger’s is no token.
          if (path === '/auth/oauth2/introspect' && name === 'client_id') {
            expect(answer.body).toEqual({ active: false });
            continue;
          }
          expectRefused(answer, ['invalid_request', 'invalid_client', 'invalid_scope']);
        }
      }
      expect(await issued()).toBe(before);
    });

    it('takes names that every object has for nothing', async () => {
      const good = await post(path, new URLSearchParams(forms[path]).toString());
      for (const name of ODD_NAMES) {
        if (path === '/auth/device') continue;
        const answer = await post(path, new URLSearchParams({ ...forms[path], [`${name}`]: 'x' }).toString());
        expect(answer.text).toBe(good.text);
      }
    });

    it('is refused as JSON with something else than texts', async () => {
      for (const name of Object.keys(forms[path] ?? {})) {
        for (const value of NO_TEXTS) {
          const answer = await post(path, JSON.stringify({ ...forms[path], [name]: value }), 'application/json');
          expectRefused(answer, ['invalid_request']);
        }
      }
    });

    it.each(UNUSABLE_BODIES)('is refused as %s', async (_what, contentType, body) => {
      expectRefused(await post(path, body, contentType), ['invalid_request']);
    });

    it('is refused when it is too much', async () => {
      for (const [contentType, body] of [
        [FORM, `token=${'x'.repeat(70_000)}`],
        ['application/json', `{"token":"${'x'.repeat(70_000)}"}`],
        [FORM, 'a=b&'.repeat(20_000)],
      ] as const) {
        const answer = await post(path, body, contentType);
        expect(oauthRefusal(answer)).toEqual({ status: 413, error: 'invalid_request' });
      }
    });

    it('is refused from a client that nobody can be', async () => {
      for (const client_id of ['nobody', '../x', '%', "' or 1=1 --", '\u202e', 'x'.repeat(8000)]) {
        const answer = await post(path, new URLSearchParams({ ...forms[path], client_id }).toString());
        expectRefused(answer, ['invalid_client']);
      }
    });

    it.each([
      ['no colon', btoa('x')],
      ['NUL', btoa('%00:%00')],
      ['NUL as it is', btoa('\0:\0')],
      ['half a pair', btoa('%ED%A0%BD:x')],
      ['a broken escape', btoa('%:%')],
      ['no base64', '!!!'],
      ['bytes', btoa('\xff\xfe:\xff')],
      ['nothing', ''],
      ['much', btoa(`${'x'.repeat(5000)}:x`)],
    ])('is refused with a Basic header of %s', async (_what, credentials) => {
      const answer = await send(url(), path, {
        method: 'POST',
        headers: { authorization: `Basic ${credentials}`, 'content-type': FORM },
        body: new URLSearchParams({ token: 'x', grant_type: 'refresh_token', scope: SCOPE }),
      });
      expect(oauthRefusal(answer)).toEqual({ status: 401, error: 'invalid_client' });
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
    });

    it.each(['PUT', 'PATCH', 'DELETE'])('does not come by %s', async (method) => {
      const { status } = await send(url(), path, { method });
      expect([404, 405]).toContain(status);
    });
  });

  it('does not spend what it was about', async () => {
    const code = await aCode(owner, app);
    const good = { grant_type: 'authorization_code', code: code.code, redirect_uri: app.redirect, ...app.credentials };
    const verified = { ...good, code_verifier: code.pkce.verifier };
    for (const bad of UNREADABLE) {
      const body = withBad(verified, 'code_verifier', bad);
      expectRefused(await post('/auth/oauth2/token', body), ['invalid_request']);
    }
    expect((await redeem(url(), app, code)).status).toBe(200);
  });

  it('to the endpoints for people’s claims is refused with 401 or 400', async () => {
    for (const path of ['/auth/userinfo', '/auth/oauth2/userinfo']) {
      for (const authorization of [
        'Bearer',
        'Bearer  ',
        'Bearer x y',
        'Basic eDp4',
        'bearer x',
        'Bearer marfa_at_',
        'x',
      ]) {
        const answer = await send(url(), path, { headers: { authorization } });
        expect(oauthRefusal(answer)).toEqual({ status: 401, error: 'invalid_token' });
        expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer /);
      }
      for (const [, contentType, body] of UNUSABLE_BODIES)
        expect([400, 401]).toContain((await post(path, body, contentType)).status);
      for (const bad of UNREADABLE)
        expectRefused(await post(path, withBad({ access_token: 'x' }, 'access_token', bad)), ['invalid_request']);
    }
  });
});

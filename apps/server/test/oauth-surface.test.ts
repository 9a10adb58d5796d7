import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import {
  aCode,
  aConfidentialApp,
  anApp,
  aPkce,
  ask,
  authorizeQuery,
  decide,
  letIn,
  postForm,
  redeem,
  refresh,
  register,
  revoke,
  send,
} from './support/oauth.ts';
import { becomeOwner, createPerson, formOf, OWNER, type PageAnswer, type Person } from './support/person.ts';
import { openRecord } from './support/webhooks.ts';

const PUBLIC_DOCUMENTS = [
  '/.well-known/oauth-authorization-server',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-protected-resource',
  '/.well-known/jwks.json',
  '/auth/jwks',
];
const FOR_APPS = [
  '/auth/oauth2/token',
  '/auth/token',
  '/auth/oauth2/revoke',
  '/auth/oauth2/introspect',
  '/auth/oauth2/register',
  '/auth/oauth2/userinfo',
  '/auth/userinfo',
  '/auth/device',
  '/auth/device/token',
];
const FOR_BROWSERS = ['/auth/authorize', '/auth/oauth2/authorize', '/auth/authorize/decision', '/auth/oauth2/consent'];
const ELSEWHERE = { origin: 'https://app.example.org' };

describeServer(
  'The provider',
  (under) => {
    let owner: Person;
    beforeAll(async () => {
      owner = await becomeOwner(under.server);
    });
    const url = () => under.server.url;

    /** Everything that happens in a life with apps. @returns what of it is secret. */
    async function liveALittle(): Promise<string[]> {
      const app = await aConfidentialApp(url(), { token_endpoint_auth_method: 'client_secret_basic' });
      const code = await aCode(owner, app);
      const unused = await aCode(owner, app);
      const tokens = (await redeem(url(), app, code)).body;
      await redeem(url(), app, unused, { code_verifier: aPkce().verifier });
      const waiting = await aCode(owner, app);
      const kept = await letIn(url(), owner, app);
      const next = (await refresh(url(), app, tokens.refresh_token)).body;
      await refresh(url(), app, next.refresh_token, { scope: 'core.note:write' });
      await refresh(url(), app, tokens.refresh_token);
      await revoke(url(), app, kept.access_token);
      await send(url(), `/auth/userinfo?access_token=${next.access_token}`);
      await send(url(), '/items', { headers: { authorization: `Bearer ${next.access_token}` } });
      const device = (await postForm(url(), '/auth/device', { scope: 'core.note:read', ...app.credentials })).body;
      await postForm(url(), '/auth/device/token', { device_code: device.device_code, ...app.credentials });
      const page = await owner.get(`/auth/device?user_code=${device.user_code}`);
      const form = formOf(page.html);
      form.set('decision', 'accept');
      await owner.post('/auth/device/consent', form);
      const onDevice = await postForm(url(), '/auth/device/token', {
        device_code: device.device_code,
        ...app.credentials,
      });
      expect(onDevice.status, onDevice.text).toBe(200);
      const issued = [tokens, kept, next, onDevice.body].flatMap(({ access_token, refresh_token, id_token }) => [
        access_token,
        refresh_token,
        id_token,
      ]);
      return [
        ...issued,
        ...[code, unused, waiting].flatMap(({ code: text, pkce }) => [text, pkce.verifier]),
        app.secret,
        device.device_code,
        OWNER.password,
      ].filter((secret): secret is string => typeof secret === 'string');
    }

    it('RFC 6749 10.3, RFC 9700 4.14: keeps no token, code or secret as it is, and logs none', async () => {
      const secrets = await liveALittle();
      expect(secrets.length).toBeGreaterThan(15);
      const kept = await everythingKept();
      expect(kept).toContain('system.connection');
      const log = under.server.output();
      expect(log).toContain('/auth/oauth2/token');
      for (const secret of secrets) {
        // What the prefix of a token is followed by is the secret part.
        const bare = secret.replace(/^marfa_\w\w_/, '');
        expect(kept.includes(bare), `kept: ${secret}`).toBe(false);
        expect(log.includes(bare), `logged: ${secret}`).toBe(false);
      }
      expect(log).not.toMatch(/marfa_(?:at|rt|cs)_/);
    });

    async function everythingKept(): Promise<string> {
      const record = await openRecord(under.profile);
      try {
        if (under.dialect === 'postgres') {
          const { rows: tables } = await sql<{ name: string }>`
            select table_name as name from information_schema.tables where table_schema = 'public'`.execute(
            record.read,
          );
          const texts = [];
          for (const { name } of tables) {
            const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(
              record.read,
            );
            texts.push(...rows.map(({ row }) => row));
          }
          return texts.join('\n');
        }
        const folder = under.profile.dataFolder;
        const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((file) => file.isFile());
        const contents = await Promise.all(files.map((file) => readFile(join(file.parentPath, file.name), 'latin1')));
        return contents.join('\n');
      } finally {
        await record.close();
      }
    }

    it.each(PUBLIC_DOCUMENTS)('lets any page read %s', async (path) => {
      const answer = await send(url(), path, { headers: ELSEWHERE });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('access-control-allow-origin')).toBe('*');
      expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    });

    it.each(FOR_APPS)('lets apps in a browser call %s, without cookies', async (path) => {
      const preflight = await send(url(), path, {
        method: 'OPTIONS',
        headers: { ...ELSEWHERE, 'access-control-request-method': 'POST' },
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
      const answer = await send(url(), path, { method: 'POST', headers: ELSEWHERE });
      expect(answer.headers.get('cache-control')).toBe('no-store');
      for (const { headers } of [preflight, answer]) {
        expect(headers.get('access-control-allow-origin')).toBe('*');
        expect(headers.get('access-control-allow-credentials')).toBeNull();
      }
    });

    it.each(FOR_BROWSERS)('OAuth 2.1 3.1: lets no page of another site call %s', async (path) => {
      for (const method of ['OPTIONS', 'GET', 'POST']) {
        const headers = { ...ELSEWHERE, cookie: owner.cookie(), 'access-control-request-method': 'POST' };
        const answer = await send(url(), path, { method, headers });
        const cors = [...answer.headers.keys()].filter((name) => name.startsWith('access-control-'));
        expect(cors, `${method} ${path}`).toEqual([]);
      }
    });

    it('RFC 9700 4.16: no page can be framed or keep what it shows, and none runs a script', async () => {
      const app = await anApp(url());
      const stranger = createPerson(url());
      const consent = await ask(owner, authorizeQuery(app, aPkce()));
      const pages: [string, PageAnswer][] = [
        ['consent', consent],
        ['untrusted', await ask(owner, authorizeQuery(app, aPkce(), { redirect_uri: 'https://evil.example/' }))],
        ['to sign-in', await ask(stranger, authorizeQuery(app, aPkce()))],
        ['sign-in', await stranger.get('/auth/sign-in')],
        ['device', await owner.get('/auth/device')],
        ['unknown code', await owner.get('/auth/device?user_code=BCD-FGHJ')],
        ['forged', await owner.post('/auth/authorize/decision', { csrf: 'x' })],
        ['redirect to the app', await decide(owner, consent)],
      ];
      for (const [name, { headers, html }] of pages) {
        const policy = headers.get('content-security-policy') ?? '';
        expect(policy, name).toContain("default-src 'none'");
        expect(policy, name).toContain("frame-ancestors 'none'");
        expect(policy, name).toContain("base-uri 'none'");
        expect(policy, name).not.toContain('script-src');
        expect(headers.get('x-frame-options'), name).toMatch(/^(?:DENY|SAMEORIGIN)$/);
        expect(headers.get('x-content-type-options'), name).toBe('nosniff');
        expect(headers.get('referrer-policy'), name).toMatch(/^(?:same-origin|no-referrer)$/);
        if (name !== 'sign-in' || html !== '') expect(headers.get('cache-control'), name).toBe('no-store');
        expect(html, name).not.toContain('<script');
      }
      const action = (page: PageAnswer) =>
        /form-action ([^;]*)/.exec(page.headers.get('content-security-policy') ?? '')?.[1];
      expect(action(consent)).toBe("'self' https://app.example.org");
    });

    it.each([
      'https://x;script-src.example/cb',
      "https://x'y.example/cb",
      "https://$'.example/cb",
      'https://x,y.example/cb',
      'https://$&.example/cb',
      'https://*.example.org/cb',
      'https://user@app.example.org/cb',
      'https://app.example.org/cb#x',
      'https:app.example.org/cb',
      'http://app.example.org/cb',
      'http://127.0.0.2/cb',
      'http://localhost.evil.example/cb',
      'javascript:alert(1)',
      'data:text/html,x',
      'JAVASCRIPT:alert(1)',
      'blob:https://app.example.org/x',
      'file:///etc/passwd',
      'view-source:https://app.example.org/',
      '/callback',
      '',
      ' https://app.example.org/cb',
      'https://app.example.org/\u0000',
    ])('RFC 7591 2: registers no app at %j', async (address) => {
      const { status, body } = await register(url(), { redirect_uris: [address] });
      expect(status).toBe(400);
      expect(['invalid_redirect_uri', 'invalid_request']).toContain(body.error);
    });

    it.each([
      [{ grant_types: ['implicit'] }],
      [{ grant_types: ['password'] }],
      [{ grant_types: ['authorization_code', 'client_credentials'] }],
      [{ response_types: ['token'] }],
      [{ token_endpoint_auth_method: 'private_key_jwt' }],
      [{ scope: 'openid everything' }],
    ])('RFC 7591 3.2.2: registers no app with %j', async (metadata) => {
      const { status, body } = await register(url(), metadata);
      expect({ status, error: body.error }).toEqual({ status: 400, error: 'invalid_client_metadata' });
    });

    it('RFC 7591 3.2.1: gives a secret once, and none to public apps', async () => {
      const open = await register(url());
      expect(open.body).not.toHaveProperty('client_secret');
      const { body, headers } = await register(url(), { token_endpoint_auth_method: 'client_secret_basic' });
      expect(body.client_secret).toMatch(/^marfa_\w\w_/);
      expect(body.client_secret_expires_at).toBe(0);
      expect(headers.get('cache-control')).toBe('no-store');
    });

    it('RFC 7591 5: takes nothing from an app that it did not ask for', async () => {
      const { status, body } = await register(url(), {
        client_id: 'mine',
        client_secret: 'mine',
        origin: 'admin',
        space_id: 'x',
        skip_consent: true,
        extension_permissions: { '*': 'write' },
        default_extension_permissions: { '*': 'write' },
        __proto__: { admin: true },
      });
      expect(status).toBe(201);
      expect(body.client_id).not.toBe('mine');
      expect(JSON.stringify(body)).not.toMatch(/mine|admin|skip_consent|extension/);
    });

    describe('a session’s cookies', () => {
      it('are out of reach of scripts and other sites', async () => {
        const person = createPerson(url());
        const page = await person.get('/auth/sign-in');
        const form = formOf(page.html);
        form.set('email', OWNER.email);
        form.set('password', OWNER.password);
        const answer = await person.post('/auth/sign-in', form);
        const cookies = [...page.headers.getSetCookie(), ...answer.headers.getSetCookie()];
        expect(cookies.length).toBeGreaterThan(1);
        for (const cookie of cookies) {
          expect(cookie).toMatch(/; ?HttpOnly/i);
          expect(cookie).toMatch(/; ?SameSite=Lax/i);
          expect(cookie).toMatch(/; ?Path=\//i);
          expect(cookie).not.toMatch(/Domain=/i);
        }
      });

      it('are not taken by what apps call', async () => {
        const headers = { cookie: owner.cookie() };
        for (const path of ['/auth/userinfo', '/items', '/keys'])
          expect((await send(url(), path, { headers })).status).toBe(401);
      });
    });
  },
  { LOG_LEVEL: 'debug' },
);

describeServer(
  'The provider behind https',
  (under) => {
    it('sets cookies for https alone, and is the issuer by its public name', async () => {
      const page = await createPerson(under.server.url).get('/auth/sign-in');
      for (const cookie of page.headers.getSetCookie()) expect(cookie).toMatch(/; ?Secure/i);
      const { body } = await send(under.server.url, '/.well-known/openid-configuration');
      expect(body.issuer).toBe('https://marfa.example.org');
      for (const [name, value] of Object.entries(body))
        if (name.endsWith('_endpoint') || name === 'jwks_uri')
          expect(value).toMatch(/^https:\/\/marfa\.example\.org\//);
    });
  },
  { MARFA_AUTH_BASE_URL: 'https://marfa.example.org' },
);

import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { createProfile, DIALECTS, type Profile } from './support/profiles.ts';
import { letSessionsRest } from './support/records.ts';
import { HAS_REDIS, type RedisServer, startRedis } from './support/redis-server.ts';
import { aName } from './support/spaces.ts';
import { startServer, type TestServer } from './support/start-server.ts';
import {
  anOwner,
  aVisitor,
  BEHIND_PROXY,
  isSignedIn,
  OWNER,
  signIn,
  type Visitor,
  type VisitorOptions,
} from './support/visitor.ts';

const SECURITY = '/auth/security';
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const HOUR_MS = 3_600_000;
const TOKEN = 'marfa.session_token';

const sessionsOf = async (visitor: Visitor) => JSON.parse((await visitor.get('/auth/sessions')).html).sessions;
const currentOf = async (visitor: Visitor) =>
  (await sessionsOf(visitor)).find(({ current }: { current: boolean }) => current);
const csrfOf = async (visitor: Visitor) =>
  (await visitor.get(SECURITY)).hidden('/auth/sessions/sign-out-all').csrf ?? '';

describeServer(
  'The sessions of a person',
  (under) => {
    const signedIn = async (options?: VisitorOptions) => {
      const visitor = aVisitor(under.server, options);
      await signIn(visitor, OWNER);
      return visitor;
    };
    const somebodyElse = async () => {
      const visitor = aVisitor(under.server);
      const handle = aName('bob');
      await visitor.submit('/auth/sign-up', '/auth/sign-up', {
        ...OWNER,
        name: 'Bob',
        handle,
        email: `${handle}@example.org`,
      });
      return visitor;
    };
    beforeAll(() => anOwner(under.server));

    it('are listed with what tells them apart, and never with what opens them', async () => {
      const visitor = await signedIn({ userAgent: FIREFOX, address: '10.1.2.3' });
      const other = await signedIn();
      const sessions = await sessionsOf(visitor);
      const mine = sessions.find(({ current }: { current: boolean }) => current);
      expect(mine).toMatchObject({ ip: '10.1.2.3', user_agent: FIREFOX, device_hint: 'Firefox on Linux' });
      expect(Date.parse(mine.created_at)).toBeLessThanOrEqual(Date.parse(mine.last_active_at));
      expect(sessions.filter(({ current }: { current: boolean }) => current)).toHaveLength(1);
      for (const one of [visitor, other]) {
        const [token = ''] = decodeURIComponent(one.cookies.get(TOKEN) ?? '').split('.');
        expect(token.length).toBeGreaterThan(20);
        expect(JSON.stringify(sessions)).not.toContain(token);
      }
    });

    it('are nobody else’s business', async () => {
      const bob = await somebodyElse();
      const { id } = await currentOf(await signedIn());
      expect(await sessionsOf(bob)).toHaveLength(1);
      const answer = await bob.post(`/auth/sessions/${id}/revoke`, { csrf: await csrfOf(bob) });
      expect(answer.location).toBe(`${SECURITY}?notice=session_not_found`);
    });

    it('are not listed without a session, for a key neither', async () => {
      const answer = await under.admin.get('/auth/sessions');
      expect([answer.status, answer.body.error.code, answer.headers.get('x-error-code')]).toEqual([
        401,
        'unauthorized',
        'unauthorized',
      ]);
      expect((await aVisitor(under.server).get(SECURITY)).location).toBe('/auth/sign-in?return_to=%2Fauth%2Fsecurity');
    });

    it('are ended one by one, but for the one that asks', async () => {
      const [visitor, other] = [await signedIn(), await signedIn()];
      const csrf = await csrfOf(visitor);
      const end = async (id: string) => (await visitor.post(`/auth/sessions/${id}/revoke`, { csrf })).location;
      const { id } = await currentOf(other);
      expect(await end(id)).toBe(`${SECURITY}?notice=session_revoked`);
      expect(await isSignedIn(other)).toBe(false);
      expect(await end(id)).toBe(`${SECURITY}?notice=session_not_found`);
      expect(await end((await currentOf(visitor)).id)).toBe(`${SECURITY}?notice=cannot_revoke_current`);
      for (const odd of ['%00', '..%2f..', 'x'.repeat(3000), '__proto__']) {
        const location = await end(odd);
        expect(location === null || location.endsWith('notice=session_not_found')).toBe(true);
      }
      expect(await isSignedIn(visitor)).toBe(true);
      const [row] = (await under.admin.get('/audit?action=auth.session.revoked')).body.data;
      expect(row.resource_id).toBe(id);
    });

    it('all end at once when the person says so', async () => {
      const [visitor, other] = [await signedIn(), await signedIn()];
      const before = visitor.cookieHeader();
      const answer = await visitor.submit(SECURITY, '/auth/sessions/sign-out-all');
      expect(answer.location).toBe('/auth/sign-in');
      expect(visitor.cookies.has(TOKEN)).toBe(false);
      const [name, value] =
        before
          .split('; ')
          .find((pair) => pair.startsWith(TOKEN))
          ?.split('=') ?? [];
      visitor.cookies.set(name ?? '', value ?? '');
      for (const one of [visitor, other]) expect(await isSignedIn(one)).toBe(false);
    });

    it('are not ended by a form of another site, or by one without its token', async () => {
      const visitor = await signedIn();
      const csrf = await csrfOf(visitor);
      const { id } = await currentOf(await signedIn());
      for (const path of [`/auth/sessions/${id}/revoke`, '/auth/sessions/sign-out-all', '/auth/security/password']) {
        expect((await visitor.post(path, { csrf }, { origin: 'https://evil.example' })).status).toBe(403);
        expect((await visitor.post(path, {})).status).toBe(403);
      }
      expect(await isSignedIn(visitor)).toBe(true);
    });

    it('begin with a token that nobody has seen before', async () => {
      const visitor = aVisitor(under.server);
      visitor.cookies.set(TOKEN, 'chosen-by-somebody-else.signature');
      await signIn(visitor, OWNER);
      const first = visitor.cookies.get(TOKEN);
      await signIn(visitor, OWNER);
      expect(first).not.toContain('chosen');
      expect(visitor.cookies.get(TOKEN)).not.toBe(first);
    });

    it('go on while they are used, and end after seven days without', async () => {
      const visitor = await signedIn();
      expect((await visitor.get('/')).headers.getSetCookie().join()).not.toContain(TOKEN);
      await letSessionsRest(under.profile, 6 * 24 * HOUR_MS);
      const renewed = (await visitor.get(SECURITY)).headers.getSetCookie().find((entry) => entry.startsWith(TOKEN));
      expect(renewed).toMatch(/Max-Age=604800/i);
      await letSessionsRest(under.profile, 8 * 24 * HOUR_MS);
      expect(await isSignedIn(visitor)).toBe(false);
    });

    it('but one end when the password changes, and that one goes on under a new token', async () => {
      const bob = await somebodyElse();
      const email = /value="(bob-[^"]*)"/.exec((await bob.get(SECURITY)).html)?.[1] ?? '';
      const elsewhere = aVisitor(under.server);
      await signIn(elsewhere, { email, password: OWNER.password });
      const change = (current: string, next: string) =>
        bob.submit(SECURITY, '/auth/security/password', { current_password: current, new_password: next });
      expect((await change('not the password', 'a longer password')).html).toContain('This is not your password');
      expect((await change(OWNER.password, 'short')).html).toContain('at least 10');
      const before = bob.cookies.get(TOKEN);
      expect((await change(OWNER.password, 'a longer password')).location).toBe(`${SECURITY}?notice=password_changed`);
      expect(await isSignedIn(elsewhere)).toBe(false);
      expect(await isSignedIn(bob)).toBe(true);
      expect(bob.cookies.get(TOKEN)).not.toBe(before);
      expect((await signIn(elsewhere, { email, password: OWNER.password })).status).toBe(401);
    });

    it('tell what has happened for known codes alone', async () => {
      const visitor = await signedIn();
      const shown = async (code: string) => (await visitor.get(`${SECURITY}?notice=${code}`)).html;
      expect(await shown('session_revoked')).toContain('That browser is signed out.');
      for (const odd of ['constructor', 'toString', '<b>', ''])
        expect(await shown(odd)).not.toContain('class="message good"');
    });

    it('show what a browser calls itself as text, not as markup', async () => {
      const visitor = await signedIn({ userAgent: '<script>alert(1)</script>/1.0 "\'>' });
      expect((await visitor.get(SECURITY)).html).not.toContain('<script>');
    });
  },
  { ...BEHIND_PROXY, MARFA_SIGNUP_ENABLED: 'true', MARFA_EMAIL_VERIFICATION: 'optional' },
);

const TRIES = 10;

describeServer(
  'Guessing a password',
  (under) => {
    beforeAll(() => anOwner(under.server));

    it('ends after ten tries, from wherever they come, for addresses with and without an account alike', async () => {
      const pages: string[] = [];
      for (const email of [OWNER.email, 'nobody@example.org']) {
        const tries = [];
        for (let count = 0; count <= TRIES; count += 1)
          tries.push(await signIn(aVisitor(under.server), { email, password: 'a wrong password' }));
        expect(tries.map(({ status }) => status)).toEqual([...Array<number>(TRIES).fill(401), 429]);
        expect(Number(tries.at(-1)?.headers.get('retry-after'))).toBeGreaterThan(600);
        pages.push(...tries.map(({ html }) => html.replaceAll(/name="csrf" value="[^"]*"/g, '').replaceAll(email, '')));
      }
      expect(new Set(pages).size).toBe(1);
      expect((await signIn(aVisitor(under.server), { ...OWNER, email: OWNER.email.toUpperCase() })).status).toBe(429);
    });
  },
  BEHIND_PROXY,
);

describe.skipIf(!HAS_REDIS || !DIALECTS.includes('postgres'))('Guessing a password at two processes over Redis', () => {
  let profile: Profile;
  let redis: RedisServer;
  let servers: TestServer[] = [];
  beforeAll(async () => {
    profile = await createProfile('postgres');
    redis = await startRedis();
    const secrets = { API_KEY_SALT: 'a salt for tests', MARFA_AUTH_SECRET: 's'.repeat(40) };
    const variables = { ...profile.variables, ...secrets, ...BEHIND_PROXY, REDIS_URL: redis.url };
    const first = await startServer(variables);
    await bootstrap(first.url);
    await anOwner(first);
    servers = [first, await startServer(variables)];
  });
  afterAll(async () => {
    for (const server of servers) await server.stop();
    await redis?.stop();
    await profile?.dispose();
  });

  it('counts together', async () => {
    const [first, second] = servers;
    if (!first || !second) throw new Error('two were started');
    const wrong = { email: OWNER.email, password: 'a wrong password' };
    for (let count = 0; count < TRIES; count += 1) await signIn(aVisitor(first), wrong);
    expect((await signIn(aVisitor(second), wrong)).status).toBe(429);
  });
});

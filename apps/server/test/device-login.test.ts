import { beforeAll, beforeEach, expect, it } from 'vitest';
import type { Database } from '../src/platform/database/database.ts';
import { describeServer } from './support/describe-server.ts';
import {
  type App,
  aConfidentialApp,
  anApp,
  DEVICE_GRANT,
  introspect,
  isLive,
  oauthRefusal,
  type ProtocolReply,
  postForm,
  refresh,
  revoke,
  tokensOf,
} from './support/oauth.ts';
import { becomeOwner, createPerson, formOf, OWNER, type PageAnswer, type Person, signIn } from './support/person.ts';
import { openRecord } from './support/webhooks.ts';

const SCOPE = 'openid email core.note:write';
const bad = (error: string) => ({ status: 400, error });

interface Waiting {
  device_code: string;
  user_code: string;
  verification_uri: string;
  verification_uri_complete: string;
  expires_in: number;
  interval: number;
}

describeServer(
  'Signing in on a device',
  (under) => {
    let owner: Person;
    let app: App;
    let record: Database;
    beforeAll(async () => {
      await becomeOwner(under.server);
      app = await anApp(under.server.url);
      record = await openRecord(under.profile);
      return () => record.close();
    });
    const url = () => under.server.url;

    // Each from an address of its own: wrong codes of one do not count for the next.
    let addresses = 0;
    beforeEach(async () => {
      addresses += 1;
      owner = await signIn(url(), OWNER, createPerson(url(), { 'x-forwarded-for': `192.0.2.${addresses}` }));
    });

    async function start(of = app, scope = SCOPE): Promise<Waiting> {
      const { status, body, text } = await postForm(url(), '/auth/device', { scope, ...of.credentials });
      expect(status, text).toBe(200);
      return body;
    }
    const poll = (device_code: string, of = app): Promise<ProtocolReply> =>
      postForm(url(), '/auth/device/token', { device_code, ...of.credentials });
    const pollAtTokenEndpoint = (device_code: string, of = app): Promise<ProtocolReply> =>
      postForm(url(), '/auth/oauth2/token', { grant_type: DEVICE_GRANT, device_code, ...of.credentials });

    /** Lets so many seconds pass for a code. */
    const letPass = (user_code: string, seconds: number) =>
      record.write((transaction) =>
        transaction
          .updateTable('device_codes')
          .set((row) => ({
            expires_at_ms: row('expires_at_ms', '-', seconds * 1000),
            polled_at_ms: row('polled_at_ms', '-', seconds * 1000),
          }))
          .where('user_code', '=', user_code)
          .execute(),
      );

    const open = (typed: string, person = owner) => person.get(`/auth/device?user_code=${encodeURIComponent(typed)}`);
    async function decide(
      user_code: string,
      decision: 'accept' | 'deny' = 'accept',
      edit: (form: URLSearchParams) => void = () => undefined,
    ): Promise<PageAnswer> {
      const page = await open(user_code);
      expect(page.status, page.html).toBe(200);
      return post(page, decision, edit);
    }
    function post(page: PageAnswer, decision: string, edit: (form: URLSearchParams) => void = () => undefined) {
      const form = formOf(page.html);
      form.set('decision', decision);
      edit(form);
      return owner.post('/auth/device/consent', form);
    }

    it('RFC 8628 3.2: begins with two codes and where to go', async () => {
      const waiting = await start();
      expect(waiting).toMatchObject({ verification_uri: `${url()}/auth/device`, expires_in: 900, interval: 5 });
      expect(waiting.user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{3}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
      expect(waiting.verification_uri_complete).toBe(`${waiting.verification_uri}?user_code=${waiting.user_code}`);
      expect(waiting.device_code.length).toBeGreaterThanOrEqual(43);
      expect(new Set([(await start()).user_code, (await start()).user_code, waiting.user_code]).size).toBe(3);
    });

    it('RFC 8628 3.5: waits, and waits longer each time that the device is impatient', async () => {
      const { device_code, user_code } = await start();
      expect(oauthRefusal(await poll(device_code))).toEqual(bad('authorization_pending'));
      expect(oauthRefusal(await poll(device_code))).toEqual(bad('slow_down'));
      await letPass(user_code, 6);
      // What was enough before is not any more: ten seconds now, and fifteen after this.
      expect(oauthRefusal(await pollAtTokenEndpoint(device_code))).toEqual(bad('slow_down'));
      await letPass(user_code, 11);
      expect(oauthRefusal(await poll(device_code))).toEqual(bad('slow_down'));
      await letPass(user_code, 21);
      expect(oauthRefusal(await pollAtTokenEndpoint(device_code))).toEqual(bad('authorization_pending'));
    });

    it.each([
      ['/auth/device/token', poll],
      ['the token endpoint', pollAtTokenEndpoint],
    ])('RFC 8628 3.4: gives tokens once at %s after approval', async (_where, ask) => {
      const { device_code, user_code } = await start();
      expect((await decide(user_code)).html).toMatch(/device/i);
      const answer = await ask(device_code, app);
      const tokens = tokensOf(answer);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(tokens.scope).toBe(SCOPE);
      expect(tokens.access_token).toMatch(/^marfa_at_/);
      expect(tokens.id_token).toBeDefined();
      expect(await isLive(url(), app, tokens.access_token)).toBe(true);
      for (const again of [poll, pollAtTokenEndpoint])
        expect(oauthRefusal(await again(device_code))).toEqual(bad('invalid_grant'));
    });

    it('RFC 8628 3.5: tells the device that the person said no', async () => {
      const { device_code, user_code } = await start();
      expect((await decide(user_code, 'deny')).status).toBe(200);
      expect(oauthRefusal(await poll(device_code))).toEqual(bad('access_denied'));
      const nothing = await start();
      await decide(nothing.user_code, 'accept', (form) => form.delete('scopes'));
      expect(oauthRefusal(await poll(nothing.device_code))).toEqual(bad('access_denied'));
    });

    it('RFC 8628 3.5: ends after a quarter of an hour, approved or not', async () => {
      const [waiting, approved] = [await start(), await start()];
      await decide(approved.user_code);
      for (const { device_code, user_code } of [waiting, approved]) {
        await letPass(user_code, 901);
        expect(oauthRefusal(await poll(device_code))).toEqual(bad('expired_token'));
        expect((await open(user_code)).status).toBe(400);
      }
    });

    it('is not approved after its end, nor twice, nor after a no', async () => {
      const late = await start();
      const page = await open(late.user_code);
      await letPass(late.user_code, 901);
      expect((await post(page, 'accept')).status).toBe(403);

      const twice = await start();
      const [one, two] = [await open(twice.user_code), await open(twice.user_code)];
      expect((await post(one, 'accept')).status).toBe(200);
      expect((await post(two, 'accept')).status).toBe(403);
      expect((await post(two, 'deny')).status).toBe(403);
      expect((await poll(twice.device_code)).status).toBe(200);

      const denied = await start();
      const question = await open(denied.user_code);
      await post(question, 'deny');
      expect((await post(question, 'accept')).status).toBe(403);
      expect(oauthRefusal(await poll(denied.device_code))).toEqual(bad('access_denied'));
    });

    it('is decided once by twenty forms at the same moment', async () => {
      const { user_code, device_code } = await start();
      const pages = await Promise.all(Array.from({ length: 8 }, () => open(user_code)));
      const answers = await Promise.all(pages.map((page, index) => post(page, index % 2 === 0 ? 'accept' : 'deny')));
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status !== 200 && status !== 403)).toEqual([]);
      expect([200, 400]).toContain((await poll(device_code)).status);
    });

    it('gives tokens to exactly one of twenty polls at the same moment', async () => {
      const { user_code, device_code } = await start();
      await decide(user_code);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? poll : pollAtTokenEndpoint)(device_code)),
      );
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const others = answers.filter(({ status }) => status !== 200).map(oauthRefusal);
      expect(new Set(others.map(({ error }) => error))).toEqual(new Set(['invalid_grant']));
    });

    it('RFC 8628 5.2: is nothing to another app, which changes nothing by trying', async () => {
      const other = await aConfidentialApp(url());
      const { user_code, device_code } = await start();
      expect(oauthRefusal(await poll(device_code, other))).toEqual(bad('invalid_grant'));
      await decide(user_code);
      expect(oauthRefusal(await poll(device_code, other))).toEqual(bad('invalid_grant'));
      expect((await poll(device_code)).status).toBe(200);
    });

    it('RFC 8628 3.4: of a confidential app needs its secret, from the first request on', async () => {
      const confidential = await aConfidentialApp(url());
      const nameless = { client_id: confidential.id };
      const refused = { status: 401, error: 'invalid_client' };
      expect(oauthRefusal(await postForm(url(), '/auth/device', { scope: SCOPE, ...nameless }))).toEqual(refused);
      const { user_code, device_code } = await start(confidential);
      await decide(user_code);
      expect(oauthRefusal(await postForm(url(), '/auth/device/token', { device_code, ...nameless }))).toEqual(refused);
      expect((await poll(device_code, confidential)).status).toBe(200);
    });

    it.each(['x', `${'A'.repeat(43)}`, 'marfa_at_x', '\u2026'])(
      'RFC 8628 3.5: does not know the code %s',
      async (code) => {
        for (const ask of [poll, pollAtTokenEndpoint])
          expect(oauthRefusal(await ask(code))).toEqual(bad('invalid_grant'));
      },
    );

    it('is not for an app that did not register for it', async () => {
      const browserOnly = await anApp(url(), { grant_types: ['authorization_code', 'refresh_token'] });
      const answer = await postForm(url(), '/auth/device', { scope: SCOPE, ...browserOnly.credentials });
      expect(oauthRefusal(answer)).toEqual(bad('unauthorized_client'));
    });

    it.each([undefined, '', 'openid everything', 'system.connection:write'])(
      'asks for no scope like %s',
      async (scope) => {
        const answer = await postForm(url(), '/auth/device', { ...(scope ? { scope } : {}), ...app.credentials });
        expect(oauthRefusal(answer)).toEqual(bad('invalid_scope'));
      },
    );

    it('takes a code however it is typed', async () => {
      const { user_code } = await start();
      const bare = user_code.replace('-', '');
      for (const typed of [
        user_code,
        user_code.toLowerCase(),
        bare,
        bare.toLowerCase(),
        ` ${user_code} `,
        bare.split('').join(' '),
        user_code.replace('-', ' '),
        user_code.replace('-', '\u2013'),
        user_code.replace('-', '\u2011'),
        `${bare.slice(0, 5)}-${bare.slice(5)}`,
      ]) {
        const page = await open(typed);
        expect(page.status, JSON.stringify(typed)).toBe(200);
        expect(page.html).toContain(user_code);
      }
    });

    it('RFC 8628 3.3.1: leads from its address over the sign-in straight to the question', async () => {
      const { verification_uri_complete, user_code } = await start();
      const stranger = createPerson(url(), { 'x-forwarded-for': '198.51.100.1' });
      const path = verification_uri_complete.slice(url().length);
      const signIn = await stranger.follow(await stranger.get(path));
      expect(signIn.html).toContain('name="password"');
      const form = formOf(signIn.html);
      form.set('email', OWNER.email);
      form.set('password', OWNER.password);
      const page = await stranger.follow(await stranger.post('/auth/sign-in', form));
      expect(page.status).toBe(200);
      expect(page.html).toContain(user_code);
      expect(page.html).toContain('core.note:write');
    });

    it('lets the person grant a part, never more than was asked for', async () => {
      const { user_code, device_code } = await start();
      await decide(user_code, 'accept', (form) => {
        form.delete('scopes');
        for (const scope of ['core.note:write', '*:write', 'system.credential:read']) form.append('scopes', scope);
        form.set('client_id', 'another');
      });
      const tokens = tokensOf(await poll(device_code));
      expect(tokens.scope).toBe('core.note:write');
      expect(tokens.id_token).toBeUndefined();
      expect((await introspect(url(), app, tokens.access_token)).body.scope).toBe('core.note:write');
    });

    it('RFC 9700 4.14.2: renews its tokens like any other, and loses them when one comes twice', async () => {
      const own = await anApp(url());
      const { user_code, device_code } = await start(own);
      await decide(user_code);
      const first = tokensOf(await poll(device_code, own));
      const second = tokensOf(await refresh(url(), own, first.refresh_token));
      expect(await isLive(url(), own, second.access_token)).toBe(true);
      expect(oauthRefusal(await refresh(url(), own, first.refresh_token))).toEqual(bad('token_reuse_detected'));
      expect(await isLive(url(), own, second.access_token)).toBe(false);
    });

    it('ends with its grant, before and after the tokens were fetched', async () => {
      const own = await anApp(url());
      const one = await start(own);
      await decide(one.user_code);
      const { access_token, refresh_token } = tokensOf(await poll(one.device_code, own));
      const two = await start(own);
      await decide(two.user_code);
      await revoke(url(), own, refresh_token);
      expect(await isLive(url(), own, access_token)).toBe(false);
      expect(oauthRefusal(await poll(two.device_code, own))).toEqual(bad('invalid_grant'));
    });

    it('gives nothing that lives when its grant ends while it fetches', async () => {
      for (let round = 0; round < 6; round += 1) {
        const own = await anApp(url());
        const one = await start(own);
        await decide(one.user_code);
        const { refresh_token } = tokensOf(await poll(one.device_code, own));
        const two = await start(own);
        await decide(two.user_code);
        const [fetched, revoked] = await Promise.all([poll(two.device_code, own), revoke(url(), own, refresh_token)]);
        expect(revoked.status).toBe(200);
        expect([200, 400]).toContain(fetched.status);
        if (fetched.status === 200) expect(await isLive(url(), own, fetched.body.access_token)).toBe(false);
      }
    });

    it('contract 6.12: is in the audit as what it is', async () => {
      const own = await anApp(url());
      for (const created of [true, false]) {
        const { user_code } = await start(own);
        await decide(user_code);
        const { body } = await under.admin.get(`/audit?action=auth.grant.created&resource_id=${own.id}`);
        expect(body.data[0].details).toMatchObject({
          client_id: own.id,
          scopes: SCOPE.split(' '),
          source: 'device',
          created,
        });
      }
    });

    it('wants a decision', async () => {
      const { user_code } = await start();
      const page = await open(user_code);
      for (const decision of ['', 'yes']) expect((await post(page, decision)).status).toBe(400);
      expect((await open(user_code)).status).toBe(200);
    });

    it('RFC 8628 5.1: takes ten wrong codes from an address, be they tried one by one or all at once', async () => {
      const { user_code } = await start();
      const codes = [...'BCDFGHJKLMNPQRSTVWXZ'].map((letter) => `ZZZ-ZZZ${letter}`);
      const answers = await Promise.all(codes.map((code) => open(code)));
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 400).length).toBeLessThanOrEqual(10);
      const refused = answers.find(({ status }) => status === 429);
      expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
      const right = await open(user_code);
      expect(right.status).toBe(429);
      expect(right.html).not.toContain('core.note:write');
      expect((await owner.get('/auth/device')).status).toBe(200);
    });
  },
  { TRUSTED_PROXY_CIDRS: '127.0.0.1/32' },
);

import { beforeAll, describe, expect, it } from 'vitest';
import { createSignedRequests } from '../src/modules/oauth/signed-request.ts';
import { readAuthKeys } from '../src/platform/auth-keys.ts';
import type { Database } from '../src/platform/database/database.ts';
import { describeServer } from './support/describe-server.ts';
import {
  type App,
  anApp,
  aPkce,
  ask,
  authorizeQuery,
  decide,
  introspect,
  isLive,
  landed,
  letIn,
  oauthRefusal,
  redeem,
  refresh,
  SCOPE,
  send,
  tokensOf,
} from './support/oauth.ts';
import { becomeOwner, formOf, type PageAnswer, type Person, signIn } from './support/person.ts';
import { openRecord } from './support/webhooks.ts';

/** Changes to the signed copy of the request, one parameter each. */
const FORGERIES: [what: string, change: (query: URLSearchParams, other: App) => void][] = [
  ['the client', (query, other) => query.set('client_id', other.id)],
  ['the address', (query) => query.set('redirect_uri', 'https://evil.example/')],
  ['the scopes', (query) => query.set('scope', `${SCOPE} *:write`)],
  ['the state', (query) => query.set('state', 'another')],
  ['the challenge', (query) => query.set('code_challenge', aPkce().challenge)],
  ['the method', (query) => query.set('code_challenge_method', 'plain')],
  ['the response type', (query) => query.set('response_type', 'token')],
  ['the end', (query) => query.set('exp', String(Date.now() + 1e9))],
  ['the session', (query) => query.set('marfa_session', 'another')],
  ['the form', (query) => query.set('marfa_form', 'another')],
  ['the signature', (query) => query.set('sig', 'A'.repeat(43))],
  ['the signature, left out', (query) => query.delete('sig')],
  ['a parameter more', (query) => query.append('scope', '*:write')],
  [
    'everything',
    (query) => {
      for (const name of [...query.keys()]) query.delete(name);
    },
  ],
];

/** So that a form can be signed whose time is over. */
const AUTH_SECRET = 'a secret of thirty-two characters';

const FORMS = ['/auth/authorize/decision', '/auth/device/consent'];

describeServer(
  'The consent page',
  (under) => {
    let owner: Person;
    let app: App;
    let other: App;
    let record: Database;
    beforeAll(async () => {
      owner = await becomeOwner(under.server);
      [app, other] = [await anApp(under.server.url), await anApp(under.server.url)];
      record = await openRecord(under.profile);
      return () => record.close();
    });
    const url = () => under.server.url;

    const open = (of = app, changed: Record<string, string | null> = {}, person = owner) =>
      ask(person, authorizeQuery(of, aPkce(), { prompt: 'consent', ...changed }));
    const codes = async () =>
      (
        await record.read
          .selectFrom('auth_verifications' as never)
          .selectAll()
          .execute()
      ).length;

    /** Whatever it was answered, nothing was issued. */
    async function expectNothing(before: number, answer: PageAnswer, status = 403): Promise<void> {
      expect(answer, answer.html).toMatchObject({ status, location: null });
      expect(await codes()).toBe(before);
    }

    it.each(FORGERIES)('RFC 9700 4.7: takes no request whose copy was changed in %s', async (_what, change) => {
      const page = await open();
      const before = await codes();
      const answer = await decide(owner, page, 'accept', (form) => {
        const query = new URLSearchParams(form.get('oauth_query') ?? '');
        change(query, other);
        form.set('oauth_query', query.toString());
      });
      await expectNothing(before, answer);
      // The form itself was good all the time.
      expect(landed(await decide(owner, page)).code).toBeDefined();
    });

    it('RFC 9700 4.7: takes no form without its copy, and none that was written by somebody else', async () => {
      const page = await open();
      const before = await codes();
      const query = authorizeQuery(app, aPkce());
      for (const copy of ['', 'x', `${query}&sig=x`, `${query}`]) {
        await expectNothing(before, await decide(owner, page, 'accept', (form) => form.set('oauth_query', copy)));
      }
      await expectNothing(before, await decide(owner, page, 'accept', (form) => form.delete('oauth_query')));
    });

    it('RFC 6819 4.4.1.10: takes a form once, whatever was decided', async () => {
      for (const decision of ['accept', 'deny'] as const) {
        const page = await open();
        expect((await decide(owner, page, decision)).status).toBe(302);
        await expectNothing(await codes(), await decide(owner, page));
      }
    });

    it('RFC 6819 4.4.1.10: makes exactly one code of twenty equal forms', async () => {
      const page = await open();
      const before = await codes();
      const answers = await Promise.all(Array.from({ length: 20 }, () => decide(owner, page)));
      expect(answers.filter(({ status }) => status === 302)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 403)).toHaveLength(19);
      expect(await codes()).toBe(before + 1);
    });

    it('RFC 9700 4.7: takes no form of another session of the same person', async () => {
      const elsewhere = await signIn(url());
      const page = await open();
      const own = formOf((await open(app, {}, elsewhere)).html);
      const before = await codes();
      await expectNothing(
        before,
        await decide(elsewhere, page, 'accept', (form) => form.set('csrf', own.get('csrf') ?? '')),
      );
      await expectNothing(before, await decide(elsewhere, page));
    });

    it('takes no form that was left open for too long', async () => {
      const { sign, open: unseal } = createSignedRequests(readAuthKeys(AUTH_SECRET));
      for (const [spent, status] of [
        [1, 403],
        [-60_000, 302],
      ] as const) {
        const answer = await decide(owner, await open(), 'accept', (form) => {
          const seal = unseal(form.get('oauth_query') ?? '');
          if (!seal) throw new Error('the copy is not signed as it was thought');
          form.set('oauth_query', sign(seal.parameters, { ...seal, expiresAtMs: Date.now() - spent }));
        });
        expect(answer.status).toBe(status);
      }
    });

    it('takes no form for an app that is gone', async () => {
      const gone = await anApp(url());
      const page = await open(gone);
      await record.write((transaction) =>
        transaction.deleteFrom('oauth_clients').where('clientId', '=', gone.id).execute(),
      );
      await expectNothing(await codes(), await decide(owner, page));
    });

    it('wants a decision', async () => {
      for (const decision of ['', 'yes', 'ACCEPT']) {
        const page = await open();
        const answer = await decide(owner, page, 'accept', (form) => form.set('decision', decision));
        await expectNothing(await codes(), answer, 400);
      }
    });

    it.each([
      ['more scopes', ['core.note:write', '*:write', 'system.credential:read', 'edge.*:write']],
      ['all in one', [`${SCOPE} *:write`]],
    ])('RFC 9700 4.7: grants no scope beyond those asked for, with %s in the form', async (_what, scopes) => {
      const tokens = await letIn(url(), owner, app, {
        edit(form) {
          for (const scope of scopes) form.append('scopes', scope);
        },
      });
      expect(tokens.scope).toBe(SCOPE);
    });

    it('RFC 6749 3.3: grants the part that was left ticked, and tells which', async () => {
      const tokens = await letIn(url(), owner, app, {
        edit(form) {
          form.delete('scopes');
          form.append('scopes', 'core.note:write');
        },
      });
      expect(tokens.scope).toBe('core.note:write');
      expect(tokens.id_token).toBeUndefined();
      expect((await introspect(url(), app, tokens.access_token)).body.scope).toBe('core.note:write');
    });

    it('RFC 6749 4.1.2.1: says access_denied when nothing was left ticked', async () => {
      const answer = await decide(owner, await open(), 'accept', (form) => form.delete('scopes'));
      expect(landed(answer)).toMatchObject({ error: 'access_denied', iss: url() });
    });

    describe.each(FORMS)('its form at %s, against other sites', (path) => {
      async function attempt(edit: (form: URLSearchParams) => void, headers: Record<string, string> = {}) {
        const form = formOf((await open()).html);
        form.set('decision', 'accept');
        edit(form);
        return owner.post(path, form, headers);
      }

      it.each<[string, (form: URLSearchParams) => void, Record<string, string>]>([
        ['without its token', (form) => form.delete('csrf'), {}],
        ['with an empty token', (form) => form.set('csrf', ''), {}],
        ['with a made-up token', (form) => form.set('csrf', `${'a'.repeat(64)}.${'b'.repeat(64)}`), {}],
        ['with its token twice', (form) => form.append('csrf', form.get('csrf') ?? ''), {}],
        ['from another origin', () => undefined, { origin: 'https://evil.example' }],
        ['from an origin without a name', () => undefined, { origin: 'null' }],
        ['from another port', () => undefined, { origin: 'http://127.0.0.1:1' }],
        ['from another site', () => undefined, { 'sec-fetch-site': 'cross-site' }],
        ['from a site beside', () => undefined, { 'sec-fetch-site': 'same-site' }],
      ])('is refused %s', async (_what, edit, headers) => {
        const before = await codes();
        await expectNothing(before, await attempt(edit, headers));
      });

      it('is refused with the token of another session', async () => {
        const elsewhere = await signIn(url());
        const theirs = formOf((await open(app, {}, elsewhere)).html).get('csrf') ?? '';
        await expectNothing(await codes(), await attempt((form) => form.set('csrf', theirs)));
      });
    });

    describe('at a second consent', () => {
      it('shows what is granted already, what is new and what is dropped, and takes the dropped from older tokens', async () => {
        const again = await anApp(url());
        const first = await letIn(url(), owner, again, { changed: { scope: 'openid core.note:write core.task:read' } });
        const pkce = aPkce();
        const page = await ask(
          owner,
          authorizeQuery(again, pkce, { scope: 'openid core.note:write core.bookmark:read' }),
        );
        expect(page.status).toBe(200);
        const parts = page.html.split('<h2').slice(1);
        const part = (title: string) => parts.find((html) => html.includes(`>${title}</h2>`)) ?? '';
        expect(part('New')).toContain('core.bookmark:read');
        expect(part('Already granted')).toContain('core.note:write');
        expect(part('Dropped')).toContain('core.task:read');
        expect(part('Already granted')).not.toContain('core.bookmark:read');

        const answer = await decide(owner, page, 'accept', (form) => {
          form.delete('scopes');
          for (const scope of ['openid', 'core.bookmark:read']) form.append('scopes', scope);
        });
        const second = tokensOf(await redeem(url(), again, { code: landed(answer).code ?? '', pkce }));
        expect(second.scope).toBe('openid core.bookmark:read');

        const api = under.admin.as(first.access_token);
        expect((await api.post('/items', { type: 'core.note' })).status).toBe(403);
        expect((await introspect(url(), again, first.access_token)).body).toMatchObject({
          active: true,
          scope: 'openid',
        });
        expect(tokensOf(await refresh(url(), again, first.refresh_token)).scope).toBe('openid');
      });

      it('does not ask again for what is granted, and asks for the least bit more', async () => {
        const again = await anApp(url());
        await letIn(url(), owner, again, { changed: { scope: 'core.note:write' } });
        expect((await ask(owner, authorizeQuery(again, aPkce(), { scope: 'core.note:write' }))).status).toBe(302);
        expect((await ask(owner, authorizeQuery(again, aPkce(), { scope: 'core.note:write openid' }))).status).toBe(
          200,
        );
      });

      it('leaves the grant as it was when the person says no', async () => {
        const again = await anApp(url());
        const { access_token } = await letIn(url(), owner, again);
        await decide(owner, await open(again, { scope: 'core.task:read' }), 'deny');
        expect(await isLive(url(), again, access_token)).toBe(true);
        expect((await introspect(url(), again, access_token)).body.scope).toBe(SCOPE);
      });
    });

    it('contract 6.12: writes what was granted into the audit, from what the server knows', async () => {
      const own = await anApp(url());
      const edit = (form: URLSearchParams) => {
        form.set('client_id', other.id);
        form.set('user_id', 'somebody');
        form.set('source', 'device');
        form.append('scopes', '*:write');
      };
      await letIn(url(), owner, own, { edit });
      const { refresh_token } = await letIn(url(), owner, own, { edit });
      const rows = async (action: string) =>
        (await under.admin.get(`/audit?action=${action}&resource_id=${own.id}`)).body.data;
      const [second, first] = await rows('auth.grant.created');
      const { sub } = (await introspect(url(), own, refresh_token)).body;
      const details = { client_id: own.id, user_id: sub, scopes: SCOPE.split(' '), source: 'code' };
      expect(first).toMatchObject({ resource_type: 'oauth_client', details: { ...details, created: true } });
      expect(second).toMatchObject({ details: { ...details, created: false } });
      expect(second.details.grant_item_id).toBe(first.details.grant_item_id);

      await send(url(), '/auth/oauth2/revoke', {
        method: 'POST',
        body: new URLSearchParams({ token: refresh_token, client_id: own.id }),
      });
      expect(await rows('auth.grant.revoked')).toMatchObject([
        { details: { client_id: own.id, user_id: sub, grant_item_id: first.details.grant_item_id } },
      ]);
      expect(oauthRefusal(await refresh(url(), own, refresh_token))).toEqual({ status: 400, error: 'invalid_grant' });
    });

    it('shows what an app says of itself as text', async () => {
      const loud = await anApp(url(), {
        client_name: '<script>alert(1)</script>"\'&',
        client_uri: 'https://x.org/"><img>',
      });
      const { html } = await open(loud);
      expect(html).not.toContain('<script>alert');
      expect(html).not.toContain('<img');
      expect(html).toContain('&lt;script>alert(1)&lt;/script>');
    });
  },
  { MARFA_AUTH_SECRET: AUTH_SECRET },
);

import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../src/platform/database/database.ts';
import { describeServer } from './support/describe-server.ts';
import {
  aCode,
  aConfidentialApp,
  anApp,
  aPkce,
  type Code,
  expectNothingLives,
  isLive,
  letIn,
  oauthRefusal,
  postForm,
  redeem,
  refresh,
  tokensOf,
} from './support/oauth.ts';
import { becomeOwner, type Person } from './support/person.ts';
import { openRecord } from './support/webhooks.ts';

const INVALID_GRANT = { status: 400, error: 'invalid_grant' };

/** A redemption with something wrong in it. A code that was tried so is burnt. */
const WRONG_REDEMPTIONS: [clause: string, what: string, changed: (code: Code) => Record<string, string | null>][] = [
  ['RFC 7636 4.6', 'another verifier', () => ({ code_verifier: aPkce().verifier })],
  ['RFC 7636 4.6', 'the challenge for a verifier', ({ pkce }) => ({ code_verifier: pkce.challenge })],
  ['RFC 7636 4.1', 'a short verifier', () => ({ code_verifier: 'short' })],
  ['RFC 7636 4.1', 'a verifier in another alphabet', () => ({ code_verifier: 'ü'.repeat(50) })],
  ['RFC 6749 4.1.3', 'another address', () => ({ redirect_uri: 'https://app.example.org/other' })],
];

describeServer('An authorization code', (under) => {
  let owner: Person;
  let record: Database;
  beforeAll(async () => {
    owner = await becomeOwner(under.server);
    record = await openRecord(under.profile);
    return () => record.close();
  });

  const url = () => under.server.url;
  const makers = { public: anApp, confidential: aConfidentialApp };

  describe.each(['public', 'confidential'] as const)('of a %s app', (kind) => {
    it.each(WRONG_REDEMPTIONS)('%s: is burnt by %s', async (_clause, _what, changed) => {
      const app = await makers[kind](url());
      const code = await aCode(owner, app);
      expect(oauthRefusal(await redeem(url(), app, code, changed(code)))).toEqual(INVALID_GRANT);
      expect(oauthRefusal(await redeem(url(), app, code))).toEqual(INVALID_GRANT);
    });

    it('RFC 9700 2.1.1: is not redeemed without a verifier', async () => {
      const app = await makers[kind](url());
      const code = await aCode(owner, app);
      expect(oauthRefusal(await redeem(url(), app, code, { code_verifier: null }))).toEqual({
        status: 400,
        error: 'invalid_request',
      });
    });

    it('RFC 6749 4.1.2: is good once; coming again, it kills what it gave', async () => {
      const app = await makers[kind](url());
      const code = await aCode(owner, app);
      const first = await redeem(url(), app, code);
      const { access_token, refresh_token } = tokensOf(first);
      expect(await isLive(url(), app, access_token)).toBe(true);
      const renewed = tokensOf(await refresh(url(), app, refresh_token));
      expect(oauthRefusal(await redeem(url(), app, code))).toEqual(INVALID_GRANT);
      expect(await isLive(url(), app, renewed.access_token)).toBe(false);
      expect(oauthRefusal(await refresh(url(), app, renewed.refresh_token))).toEqual(INVALID_GRANT);
      await expectNothingLives(url(), app, [first]);
    });

    it.each([5, 20])('RFC 9700 4.5: is redeemed at most once by %i at the same moment', async (count) => {
      const app = await makers[kind](url());
      const code = await aCode(owner, app);
      const answers = await Promise.all(Array.from({ length: count }, () => redeem(url(), app, code)));
      const statuses = answers.map(({ status }) => status);
      expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(1);
      expect(statuses.filter((status) => status !== 200 && status !== 400)).toEqual([]);
      await expectNothingLives(url(), app, answers);
    });
  });

  it('RFC 9700 4.5: dies with all it gave when it comes again while its tokens are being renewed', async () => {
    const app = await anApp(url());
    for (let round = 0; round < 6; round += 1) {
      const code = await aCode(owner, app);
      const first = await redeem(url(), app, code);
      const [again, renewed] = await Promise.all([
        redeem(url(), app, code),
        refresh(url(), app, tokensOf(first).refresh_token),
      ]);
      expect(oauthRefusal(again)).toEqual(INVALID_GRANT);
      expect([200, 400]).toContain(renewed.status);
      await expectNothingLives(url(), app, [first, renewed]);
    }
  });

  it('RFC 9700 4.4: of one app is nothing to another, which learns nothing', async () => {
    const [app, other] = [await anApp(url()), await aConfidentialApp(url())];
    const code = await aCode(owner, app);
    const answer = await redeem(url(), other, code);
    expect(oauthRefusal(answer)).toEqual(INVALID_GRANT);
    const unknown = await redeem(url(), other, { ...code, code: 'x'.repeat(code.code.length) });
    expect(oauthRefusal(unknown)).toEqual(INVALID_GRANT);
    for (const { text } of [answer, unknown]) {
      expect(text).not.toContain(app.id);
      expect(text).not.toContain('marfa_');
    }
  });

  it('RFC 9700 4.5.3: that was put into another sign-in of the same app gives nothing', async () => {
    const app = await anApp(url());
    const [victim, attacker] = [await aCode(owner, app), await aCode(owner, app)];
    expect(oauthRefusal(await redeem(url(), app, { code: victim.code, pkce: attacker.pkce }))).toEqual(INVALID_GRANT);
  });

  it('RFC 9700 4.8.2: made for one verifier is not redeemed with a challenge of its own', async () => {
    const app = await anApp(url());
    const code = await aCode(owner, app);
    const own = aPkce();
    const answer = await redeem(url(), app, code, {
      code_verifier: own.verifier,
      code_challenge: own.challenge,
      code_challenge_method: 'S256',
    });
    expect(oauthRefusal(answer)).toEqual(INVALID_GRANT);
  });

  it('RFC 6749 4.1.2: is over after its minute', async () => {
    const app = await anApp(url());
    const code = await aCode(owner, app);
    const past = new Date(Date.now() - 1000).toISOString();
    await record.write((transaction) =>
      transaction
        .updateTable('auth_verifications' as never)
        .set({ expiresAt: past } as never)
        .execute(),
    );
    expect(oauthRefusal(await redeem(url(), app, code))).toEqual(INVALID_GRANT);
  });

  it('RFC 6749 5.2: of a confidential app is not looked at before its secret, and outlives a wrong one', async () => {
    const app = await aConfidentialApp(url());
    const code = await aCode(owner, app);
    for (const client_secret of [null, 'wrong', 'judged', '']) {
      const answer = await redeem(url(), app, code, { client_secret });
      expect(oauthRefusal(answer)).toEqual({ status: 401, error: 'invalid_client' });
    }
    expect((await redeem(url(), app, code)).status).toBe(200);
  });

  it('RFC 6749 2.3.1: is redeemed with a secret in a Basic header; a wrong one is told how to come', async () => {
    const app = await aConfidentialApp(url());
    const code = await aCode(owner, app);
    const form = {
      grant_type: 'authorization_code',
      code: code.code,
      redirect_uri: app.redirect,
      code_verifier: code.pkce.verifier,
    };
    const basic = (secret: string) => ({ authorization: `Basic ${btoa(`${app.id}:${secret}`)}` });
    const wrong = await postForm(url(), '/auth/oauth2/token', form, basic('wrong'));
    expect(oauthRefusal(wrong)).toEqual({ status: 401, error: 'invalid_client' });
    expect(wrong.headers.get('www-authenticate')).toMatch(/^Basic realm=/);
    const twice = await postForm(url(), '/auth/oauth2/token', { ...form, ...app.credentials }, basic(app.secret ?? ''));
    expect(oauthRefusal(twice)).toEqual({ status: 400, error: 'invalid_request' });
    expect((await postForm(url(), '/auth/oauth2/token', form, basic(app.secret ?? ''))).status).toBe(200);
  });

  it('RFC 9700 2.4: there is no password grant, nor any other', async () => {
    const app = await anApp(url());
    for (const grant_type of ['password', 'implicit', 'urn:ietf:params:oauth:grant-type:jwt-bearer', 'x'.repeat(500)]) {
      const fields = { grant_type, username: 'ada@example.org', password: 'four unrelated words', ...app.credentials };
      expect(oauthRefusal(await postForm(url(), '/auth/token', fields))).toEqual({
        status: 400,
        error: 'unsupported_grant_type',
      });
    }
  });

  it('contract 6.5: a client that registered itself never acts for itself', async () => {
    const app = await aConfidentialApp(url());
    const answer = await postForm(url(), '/auth/oauth2/token', {
      grant_type: 'client_credentials',
      scope: 'core.note:read',
      ...app.credentials,
    });
    expect(oauthRefusal(answer)).toEqual({ status: 400, error: 'unauthorized_client' });
  });

  it('RFC 8707 2: is redeemed for this server alone; its tokens stay opaque', async () => {
    const app = await anApp(url());
    const elsewhere = await redeem(url(), app, await aCode(owner, app), { resource: 'https://evil.example/' });
    expect(oauthRefusal(elsewhere)).toEqual({ status: 400, error: 'invalid_target' });
    const here = tokensOf(await redeem(url(), app, await aCode(owner, app), { resource: `${url()}/` }));
    expect(here.access_token).toMatch(/^marfa_at_[0-9A-Za-z]{49}$/);
  });

  it('RFC 6749 5.1: gives tokens in an answer that nobody keeps', async () => {
    const app = await anApp(url());
    const answer = await redeem(url(), app, await aCode(owner, app));
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('pragma')).toBe('no-cache');
    expect(Object.keys(answer.body).sort()).toEqual(
      ['access_token', 'expires_in', 'id_token', 'refresh_token', 'scope', 'token_type'].sort(),
    );
    const { access_token, expires_in } = tokensOf(answer);
    expect(expires_in).toBe(3600);
    // OIDC Core 3.1.3.6: the half of its hash binds the id token to it.
    const claims = JSON.parse(Buffer.from(answer.body.id_token.split('.')[1], 'base64url').toString());
    const half = createHash('sha256').update(access_token).digest().subarray(0, 16).toString('base64url');
    if (claims.at_hash !== undefined) expect(claims.at_hash).toBe(half);
  });

  it('contract 6.9: leaves other apps’ tokens alone when it comes again', async () => {
    const [app, other] = [await anApp(url()), await anApp(url())];
    const kept = await letIn(url(), owner, other);
    const code = await aCode(owner, app);
    await redeem(url(), app, code);
    await redeem(url(), app, code);
    expect(await isLive(url(), other, kept.access_token)).toBe(true);
  });
});

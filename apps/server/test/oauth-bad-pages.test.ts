import { beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../src/platform/database/database.ts';
import {
  ABSENT,
  countIssued,
  expectRefused,
  FORM,
  ODD_NAMES,
  UNREADABLE,
  UNUSABLE_BODIES,
  withBad,
} from './support/bad-parameters.ts';
import { describeServer } from './support/describe-server.ts';
import { type App, anApp, aPkce, ask, authorizeQuery, landed, oauthRefusal, REDIRECT, send } from './support/oauth.ts';
import { becomeOwner, formOf, type Person } from './support/person.ts';
import { openRecord } from './support/webhooks.ts';

describeServer('Bad input of people and of apps that register', (under) => {
  let owner: Person;
  let app: App;
  let record: Database;
  beforeAll(async () => {
    owner = await becomeOwner(under.server);
    app = await anApp(under.server.url);
    record = await openRecord(under.profile);
    return () => record.close();
  });
  const url = () => under.server.url;
  const post = (path: string, body: string, contentType = FORM) =>
    send(url(), path, { method: 'POST', headers: { 'content-type': contentType }, body });
  const issued = () => countIssued(record);

  describe('to the authorization page', () => {
    const query = (of = app) => Object.fromEntries(authorizeQuery(of, aPkce()));

    it.each(['client_id', 'redirect_uri'])('in %s is told to the person, who is sent nowhere', async (name) => {
      for (const bad of [...UNREADABLE, ...ABSENT]) {
        const answer = await ask(owner, withBad(query(), name, bad));
        expect(answer, bad.what).toMatchObject({ status: 400, location: null });
        expect(answer.html).toContain('<!doctype html>');
      }
    });

    it('in any other parameter is told to the app', async () => {
      const good = query();
      const before = await issued();
      for (const name of [
        ...Object.keys(good),
        'nonce',
        'prompt',
        'max_age',
        'resource',
        'response_mode',
        ...ODD_NAMES,
      ]) {
        if (name === 'client_id' || name === 'redirect_uri') continue;
        for (const bad of UNREADABLE) {
          const answer = await ask(owner, withBad(good, name, bad));
          expect(answer.status, `${name} ${bad.what}`).toBe(302);
          const { error, error_description, iss, state } = landed(answer);
          expect({ error, iss }).toEqual({ error: 'invalid_request', iss: url() });
          expect(error_description).toMatch(/^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/);
          if (name !== 'state') expect(state).toBe(good.state);
          expect(answer.headers.get('set-cookie') ?? '').not.toContain('x=y');
        }
      }
      expect(await issued()).toBe(before);
    });

    it.each(['-1', '1.5', '1e3', 'x', '99999999999', '0x10', ' 5'])(
      'in max_age %s is told to the app',
      async (max_age) => {
        const answer = await ask(owner, authorizeQuery(app, aPkce(), { max_age }));
        expect(landed(answer).error).toBe('invalid_request');
      },
    );

    it('as a posted form without anything in it ends on a page', async () => {
      for (const [contentType, body] of [[FORM, ''], ...UNUSABLE_BODIES.map(([, type, text]) => [type, text])]) {
        const answer = await send(url(), '/auth/oauth2/authorize', {
          method: 'POST',
          headers: { 'content-type': contentType ?? '' },
          body: body ?? '',
        });
        expect(answer.status).toBeLessThan(500);
        if (answer.status === 303) expect((await owner.get(answer.headers.get('location') ?? '')).status).toBe(400);
      }
    });
  });

  it.each(['/auth/authorize/decision', '/auth/device/consent'])('in the form at %s issues nothing', async (path) => {
    const page = await ask(owner, authorizeQuery(app, aPkce(), { prompt: 'consent' }));
    const form = Object.fromEntries(formOf(page.html));
    const good = { decision: 'accept', user_code: 'BCD-FGHJ', ...form };
    const before = await issued();
    const headers = { cookie: owner.cookie(), origin: url(), 'content-type': FORM };
    for (const name of ['csrf', 'oauth_query', 'decision', 'user_code', 'scopes']) {
      for (const bad of [...UNREADABLE, ...ABSENT]) {
        const isTaken = path === '/auth/authorize/decision' && ['user_code', 'scopes'].includes(name);
        if (isTaken || (bad.what.startsWith('doubled') && name !== 'csrf')) continue;
        const answer = await send(url(), path, { method: 'POST', headers, body: withBad(good, name, bad) });
        expect([400, 403, 413, 429], `${name} ${bad.what}: ${answer.text}`).toContain(answer.status);
      }
    }
    for (const [, contentType, body] of UNUSABLE_BODIES) {
      const answer = await send(url(), path, {
        method: 'POST',
        headers: { ...headers, 'content-type': contentType },
        body,
      });
      expect([400, 403, 413, 415]).toContain(answer.status);
    }
    const huge = await send(url(), path, { method: 'POST', headers, body: `csrf=${'x'.repeat(200_000)}` });
    expect(huge.status).toBe(413);
    expect(await issued()).toBe(before);
  });

  describe('to the registration', () => {
    const registration = (body: string, contentType = 'application/json') =>
      post('/auth/oauth2/register', body, contentType);
    const METADATA = [
      'redirect_uris',
      'grant_types',
      'response_types',
      'client_name',
      'client_uri',
      'scope',
      'token_endpoint_auth_method',
      'application_type',
    ];
    const ERRORS = ['invalid_client_metadata', 'invalid_redirect_uri', 'invalid_request'];

    it.each(METADATA)('in %s is refused', async (name) => {
      const values = [0, true, {}, [0], [null], [[]], { x: 1 }, ['\ud83d'], '\0', 'ü'.repeat(9000), ['ü"\\\u2028']];
      for (const value of values) {
        const body = JSON.stringify({ redirect_uris: [REDIRECT], [name]: value });
        expectRefused(await registration(body), ERRORS);
      }
    });

    it.each(UNUSABLE_BODIES)('is refused as %s', async (_what, contentType, body) => {
      expectRefused(await registration(body, contentType), ERRORS);
    });

    it('is refused when it is too much', async () => {
      const many = Array.from({ length: 21 }, (_, index) => `https://app.example.org/${index}`);
      expectRefused(await registration(JSON.stringify({ redirect_uris: many })), ERRORS);
      const huge = await registration(JSON.stringify({ redirect_uris: [REDIRECT], client_name: 'x'.repeat(70_000) }));
      expect(oauthRefusal(huge)).toEqual({ status: 413, error: 'invalid_request' });
    });

    it('is told in visible ASCII, whatever was in it', async () => {
      for (const metadata of [
        { scope: 'ü "quoted" \\ back' },
        { grant_types: ['ü"\\', 'x'.repeat(5000)] },
        { redirect_uris: ['ü:"\\'] },
        { token_endpoint_auth_method: 'ü' },
        { 'ü"\\': 1, redirect_uris: 1 },
      ])
        expectRefused(await registration(JSON.stringify({ redirect_uris: [REDIRECT], ...metadata })), ERRORS);
    });
  });
});

import process from 'node:process';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { FORM, ODD_NAMES, UNUSABLE_BODIES } from './support/bad-parameters.ts';
import { describeServer } from './support/describe-server.ts';
import {
  type App,
  aConfidentialApp,
  anApp,
  DEVICE_GRANT,
  letIn,
  oauthRefusal,
  REDIRECT,
  SCOPE,
  send,
} from './support/oauth.ts';
import { becomeOwner, type Person } from './support/person.ts';

/** More by hand, as in `MARFA_FUZZ_RUNS=5000 npx vitest run test/oauth-fuzz.test.ts`. */
const RUNS = Number(process.env.MARFA_FUZZ_RUNS ?? 300);
const SEED = Number(process.env.MARFA_FUZZ_SEED ?? 20260301);

describeServer('Requests to the provider', (under) => {
  let owner: Person;
  let app: App;
  let confidential: App;
  beforeAll(async () => {
    owner = await becomeOwner(under.server);
    app = await anApp(under.server.url);
    confidential = await aConfidentialApp(under.server.url);
  });
  const url = () => under.server.url;

  it('of any kind, to any endpoint, is answered by its rules and never blamed on the server', async () => {
    const tokens = await letIn(url(), owner, app);
    const known = [
      app.id,
      confidential.id,
      confidential.secret ?? '',
      tokens.access_token,
      SCOPE,
      REDIRECT,
      'S256',
      'code',
      'authorization_code',
      'refresh_token',
      'client_credentials',
      DEVICE_GRANT,
      'A'.repeat(43),
    ];
    const names = [
      ...[
        'grant_type',
        'code',
        'redirect_uri',
        'code_verifier',
        'client_id',
        'client_secret',
        'refresh_token',
        'scope',
      ],
      ...[
        'token',
        'token_type_hint',
        'device_code',
        'user_code',
        'resource',
        'response_type',
        'state',
        'nonce',
        'prompt',
      ],
      ...[
        'code_challenge',
        'code_challenge_method',
        'max_age',
        'oauth_query',
        'decision',
        'scopes',
        'access_token',
        'csrf',
      ],
      ...ODD_NAMES,
    ];
    const text = fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom(...known) },
      fc.constantFrom('', '\0', '%', '%00', 'x'.repeat(9000), '\u202e', '\ufffd', '[]', '-1', '1e999'),
      fc.string({ unit: 'binary', maxLength: 30 }).filter((value) => value.isWellFormed()),
    );
    const pairs = fc.array(fc.tuple(fc.constantFrom(...names), text), { maxLength: 8 });
    const oneRequest = fc.record({
      path: fc.constantFrom(
        '/auth/oauth2/token',
        '/auth/token',
        '/auth/oauth2/revoke',
        '/auth/oauth2/introspect',
        '/auth/device',
        '/auth/device/token',
        '/auth/oauth2/register',
        '/auth/oauth2/userinfo',
        '/auth/oauth2/consent',
        '/auth/authorize',
        '/auth/oauth2/authorize',
        '/auth/authorize/decision',
        '/auth/device/consent',
        '/auth/jwks',
        '/.well-known/openid-configuration',
      ),
      method: fc.constantFrom('GET', 'POST', 'POST', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'),
      query: pairs,
      body: fc.oneof(
        pairs.map((fields) => [FORM, new URLSearchParams(fields).toString()] as const),
        fc.jsonValue({ maxDepth: 3 }).map((value) => ['application/json', JSON.stringify(value)] as const),
        pairs.map((fields) => ['application/json', JSON.stringify(Object.fromEntries(fields))] as const),
        fc.constantFrom(...UNUSABLE_BODIES.map(([, type, body]) => [type, body] as const)),
        fc.constantFrom([FORM, '%=%&%ff&=&&&=='] as const, [FORM, '&'.repeat(1000)] as const),
      ),
      authorization: fc.option(
        fc.constantFrom(
          'Basic',
          `Basic ${btoa(`${confidential.id}:${confidential.secret}`)}`,
          `Basic ${btoa('%00:x')}`,
          `Bearer ${tokens.access_token}`,
          'Bearer x',
          'Digest x',
        ),
        { nil: undefined, freq: 3 },
      ),
      isSignedIn: fc.boolean(),
    });
    const property = fc.asyncProperty(
      oneRequest,
      async ({ path, method, query, body: [contentType, body], authorization, isSignedIn }) => {
        const hasBody = method !== 'GET' && method !== 'HEAD';
        const answer = await send(url(), `${path}?${new URLSearchParams(query)}`, {
          method,
          headers: {
            ...(hasBody ? { 'content-type': contentType } : {}),
            ...(authorization === undefined ? {} : { authorization }),
            ...(isSignedIn ? { cookie: owner.cookie(), origin: url() } : {}),
          },
          ...(hasBody ? { body } : {}),
        });
        if (answer.status >= 500) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
        if (typeof answer.body?.error === 'string') oauthRefusal(answer);
        expect(answer.text).not.toMatch(/\bat \S+ \(|node_modules|SQLITE_|select .* from/i);
        expect(answer.headers.get('location') ?? '').not.toMatch(/^https?:.*[?&]code=/);
      },
    );
    await fc.assert(property, { numRuns: RUNS, seed: SEED });
  }, 300_000);
});

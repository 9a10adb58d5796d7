import { type FakeAuthorizationServer, startFakeAuthorizationServer } from '@withmarfa/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap, createApi } from './support/api.ts';
import { anIntegration } from './support/integrations.ts';
import { becomeOwner } from './support/person.ts';
import { createProfile, DIALECTS } from './support/profiles.ts';
import { runCommand } from './support/run-command.ts';
import { created } from './support/spaces.ts';
import { startServer } from './support/start-server.ts';
import { allowAt, connectAccount, installOAuth, propertiesOf, startOAuth } from './support/upstream.ts';
import { send } from './support/webhook-connector.ts';
import { openRecord } from './support/webhooks.ts';

const OLD = 'the-old-secret-of-forty-characters-xxxxxx';
/** Servers start and end several times in one sentence. */
const PATIENCE_MS = 180_000;
const NEW = 'the-new-secret-of-forty-characters-yyyyyy';

describe.each(DIALECTS)('Rotating keys on %s', (dialect) => {
  let authorization: FakeAuthorizationServer;
  beforeAll(async () => {
    authorization = await startFakeAuthorizationServer();
  });
  afterAll(() => authorization.close());

  it(
    'seals everything under the newest key while the server runs, and the old one can be dropped',
    async () => {
      const profile = await createProfile(dialect);
      const variables = { ...profile.variables, MARFA_AUTH_SECRET: OLD };
      const first = await startServer(variables);
      const admin = await bootstrap(first.url);
      const { connection_id } = await installOAuth({ admin, api: admin }, authorization);
      await connectAccount(admin, connection_id);
      const webhook = await admin.post('/webhooks', { url: 'http://127.0.0.1:9/hook', events: ['item.created'] });
      expect(webhook.status).toBe(201);
      const receives = await anIntegration(admin, { triggers: [{ type: 'webhook' }] });
      const { inbound_webhook } = created(await admin.post('/connections/install', { integration_id: receives }));
      const owner = await becomeOwner(first);
      const jwks = (await createApi(first.url).get('/auth/jwks')).body.keys;
      await first.stop();

      const both = { ...profile.variables, MARFA_AUTH_SECRET: `new:${NEW},old:${OLD}` };
      const second = await startServer(both);
      const api = createApi(second.url, admin.key);
      // People stay signed in, and what was sealed before opens.
      const cookie = owner.cookie();
      const home = await fetch(`${second.url}/auth/sessions`, { headers: { cookie } });
      expect(home.status).toBe(200);
      const writing = Array.from({ length: 20 }, () =>
        api.post('/webhooks', { url: 'http://127.0.0.1:9/x', events: ['item.created'] }),
      );
      const rotated = await runCommand(['rotate-keys'], both);
      expect((await Promise.all(writing)).map(({ status }) => status)).toEqual(Array(20).fill(201));
      expect(rotated.output).toContain('Everything is sealed under the newest key');
      expect(rotated.code).toBe(0);
      const again = await runCommand(['rotate-keys'], both);
      expect(again.output).toMatch(/upstream_credentials\.secret: 0 sealed anew/);
      await second.stop();

      const third = await startServer({ ...profile.variables, MARFA_AUTH_SECRET: `new:${NEW}` });
      const after = createApi(third.url, admin.key);
      // The client secret still opens: the upstream accepts the exchange.
      await allowAt((await startOAuth(after, connection_id)).authorize_url).then((back) => fetch(back));
      expect(await propertiesOf(after, connection_id)).toMatchObject({ runtime_status: 'healthy' });
      expect((await createApi(third.url).get('/auth/jwks')).body.keys).toEqual(jwks);
      const delivery = await send({
        url: `${third.url}/webhooks/inbound/${inbound_webhook.id}`,
        method: 'hmac-sha256',
        secret: inbound_webhook.secret,
      });
      expect(delivery.status).toBe(202);
      await third.stop();

      const database = await openRecord(profile);
      const rows = await database.read
        .selectFrom('upstream_tokens')
        .select(['access_token', 'refresh_token'])
        .execute();
      for (const { access_token, refresh_token } of rows) {
        expect(access_token).toMatch(/^v1\.new\./);
        expect(refresh_token).toMatch(/^v1\.new\./);
      }
      await database.close();
      await profile.dispose();
    },
    PATIENCE_MS,
  );

  it(
    'says what no key opens, and leaves it as it is',
    async () => {
      const profile = await createProfile(dialect);
      const server = await startServer({ ...profile.variables, MARFA_AUTH_SECRET: OLD });
      const admin = await bootstrap(server.url);
      await installOAuth({ admin, api: admin }, authorization);
      await server.stop();
      const { code, output } = await runCommand(['rotate-keys'], {
        ...profile.variables,
        MARFA_AUTH_SECRET: `new:${NEW}`,
      });
      expect(code).toBe(1);
      expect(output).toMatch(/upstream_credentials\.secret: 0 sealed anew, 1 that no key of the list opens/);
      const right = await runCommand(['rotate-keys'], {
        ...profile.variables,
        MARFA_AUTH_SECRET: `new:${NEW},old:${OLD}`,
      });
      expect(right.code).toBe(0);
      await profile.dispose();
    },
    PATIENCE_MS,
  );
});

describe('A list of keys', () => {
  it.each(['two:short,one:short', `same:${OLD},same:${NEW}`, `${OLD},${NEW}`])('is refused as %s', async (list) => {
    const profile = await createProfile('sqlite');
    const { code, output } = await runCommand(['rotate-keys'], { ...profile.variables, MARFA_AUTH_SECRET: list });
    expect(code).toBe(1);
    expect(output).toContain('MARFA_AUTH_SECRET');
    expect(output).not.toContain(OLD);
    await profile.dispose();
  });
});

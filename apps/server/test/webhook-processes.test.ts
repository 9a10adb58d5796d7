import { describe, expect, it } from 'vitest';
import { type Api, bootstrap, createApi } from './support/api.ts';
import { allRows } from './support/integrations.ts';
import { createProfile, DIALECTS } from './support/profiles.ts';
import { anItem, aSpace } from './support/spaces.ts';
import { startServer, waitFor } from './support/start-server.ts';
import { startWebhookReceiver } from './support/webhook-receiver.ts';
import { aWebhook, ITEM_EVENTS, letTimePass, openRecord } from './support/webhooks.ts';

describe.each(DIALECTS)('Webhooks on %s', (dialect) => {
  it('are told of everything that was committed, whenever the server dies', async () => {
    const profile = await createProfile(dialect);
    const receiver = await startWebhookReceiver();
    try {
      const variables = { ...profile.variables, NODE_ENV: 'test' };
      let server = await startServer(variables);
      const { api, key } = await aSpace(await bootstrap(server.url));
      const { id } = await aWebhook(api, receiver.url);
      const made = new Set<string>();
      for (let round = 0; round < 2; round += 1) {
        const current = createApi(server.url, key);
        const writing = Promise.allSettled(
          Array.from({ length: 60 }, async () => made.add((await anItem(current)).id)),
        );
        await waitFor(() => made.size >= 20 + round * 40);
        await server.kill();
        await writing;
        server = await startServer(variables);
      }
      const after = createApi(server.url, key);
      const record = await openRecord(profile);
      // Claims of the dead run out after a minute; nobody waits for that here.
      await letTimePass(record);
      await record.close();
      const told = () => new Set(receiver.received.map(({ body }) => body.item.id));
      await waitFor(() => [...made].every((item) => told().has(item)));
      const items = await allRows(after, '/items?type=core.note');
      const deliveries = await waitFor(async () => {
        const rows = await allRows(after, `/webhooks/${id}/deliveries`);
        return rows.length >= items.length ? rows : null;
      });
      expect(deliveries.length).toBe(items.length);
      expect(new Set(deliveries.map((row) => row.event_id)).size).toBe(items.length);
      expect(await server.stop()).toBe(0);
    } finally {
      await receiver.close();
      await profile.dispose();
    }
  }, 90_000);
});

describe('A server in production', () => {
  it('sends to https, and to the plain addresses that its operator named', async () => {
    const profile = await createProfile('sqlite');
    const server = await startServer({
      ...profile.variables,
      NODE_ENV: 'production',
      MARFA_OAUTH_REDIRECT_ALLOWLIST: 'https://marfa.example/oauth/callback/google',
      MARFA_OUTBOUND_ALLOW: '10.1.2.3:80',
    });
    try {
      const api = await bootstrap(server.url);
      const make = async (url: string) =>
        (await api.post('/webhooks', { url, events: ITEM_EVENTS, active: false })).status;
      expect(await make('http://example.test/')).toBe(400);
      expect(await make('https://example.test/')).toBe(201);
      expect(await make('http://10.1.2.3/')).toBe(201);
      expect(await make('http://10.1.2.3:81/')).toBe(400);
    } finally {
      await server.stop();
      await profile.dispose();
    }
  }, 30_000);
});

describe.runIf(DIALECTS.includes('postgres'))('Two servers on one Postgres', () => {
  it('send each delivery once between them', async () => {
    const profile = await createProfile('postgres');
    const receiver = await startWebhookReceiver();
    const variables = {
      ...profile.variables,
      API_KEY_SALT: 'a salt of sixteen',
      MARFA_AUTH_SECRET: 'a secret of thirty-two characters',
    };
    const servers = await Promise.all([startServer(variables), startServer(variables)]);
    try {
      const { api, key } = await aSpace(await bootstrap(servers[0].url));
      const apis = servers.map((server) => createApi(server.url, key));
      const { id } = await aWebhook(api, receiver.url);
      await Promise.all(Array.from({ length: 80 }, (_, index) => anItem(apis[index % 2] as Api)));
      await waitFor(async () => {
        const rows = await allRows(api, `/webhooks/${id}/deliveries`);
        return rows.length >= 80 && rows.every((row) => row.status === 'delivered');
      });
      const ids = receiver.received.map(({ headers }) => headers['x-marfa-event-id']);
      expect(ids).toHaveLength(80);
      expect(new Set(ids).size).toBe(80);
    } finally {
      await Promise.all(servers.map((server) => server.stop()));
      await receiver.close();
      await profile.dispose();
    }
  }, 60_000);
});

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import { eventsOf } from './support/event-rows.ts';
import { allRows, integrationId, runOnce } from './support/integrations.ts';
import { created } from './support/spaces.ts';
import { allowAt, anOAuthProvider, connectAccount, startOAuth } from './support/upstream.ts';
import { startUpstreamAccount, type UpstreamAccount } from './support/upstream-account.ts';
import { openRecord } from './support/webhooks.ts';
import { writeConnector } from './support/write-connector.ts';

/** In every code, token and secret of the fake upstream, and in what a person types in. */
const CANARY = 'canarysecret';

/** A connector that does what a careless author does: it logs, tells and throws whatever it gets. */
const CARELESS = `async (ctx) => {
  const response = await ctx.marfa.proxyRequest('GET', 'things?x=1', undefined, { headers: { authorization: 'Bearer mine' } });
  const text = await response.text();
  ctx.log.info('answered', { status: response.status, headers: Object.fromEntries(response.headers), text });
  await ctx.activity.emit({ severity: 'info', summary: 'got ' + text.slice(0, 200) });
  await ctx.marfa.createItem({ type: 'core.bookmark', source_id: 'x', properties: { url: 'https://x.test', title: text.slice(0, 200) } });
  if (!response.ok) throw new Error(text);
  return { ok: true };
}`;

const folder = await writeConnector(CARELESS, {
  changes: { oauth_requirements: { things: 'proxy', files: 'leased' } },
});
afterAll(() => folder.dispose());

describeServer(
  'What opens an upstream account',
  (under) => {
    let upstream: UpstreamAccount;
    beforeAll(async () => {
      upstream = await startUpstreamAccount({ canaryPrefix: CANARY });
    });
    afterAll(() => upstream.close());

    it('is in no log, error, activity, audit, event, item, run, or dump of what is stored', async () => {
      const { admin, server, profile } = under;
      const { authorization } = upstream;
      const seen: unknown[] = [];
      const note = async (answer: Promise<{ status: number; body: unknown }>) => {
        const { status, body } = await answer;
        seen.push(status, body);
        return body as Record<string, string>;
      };
      const provider = anOAuthProvider(authorization, { upstream_base_url: upstream.apiUrl });
      const { credential_id } = created(await admin.post('/credentials/oauth-provider', provider));
      const integration_id = await integrationId(admin, folder.integrationName);
      const { connection_id } = created(
        await admin.post('/connections/install', { integration_id, credential_ref: credential_id }),
      );
      const path = `/connections/${connection_id}`;

      // Every way in which it can go wrong, and right.
      for (const fault of ['html', 'no-access-token', 'invalid_grant', 'mac-token-type'] as const) {
        const back = await allowAt((await startOAuth(admin, connection_id)).authorize_url);
        authorization.failNextTokenCalls(fault);
        seen.push(await fetch(back).then((response) => response.text()));
      }
      await connectAccount(admin, connection_id);
      seen.push(await runOnce(admin, connection_id));
      authorization.expireAccessTokens();
      seen.push(await runOnce(admin, connection_id));
      await note(admin.get(`${path}/proxy/things`));
      const lease = created(await admin.post(`${path}/lease-token`, { capability_id: 'files' }));
      expect(lease.upstream.access_token).toContain(CANARY);
      await note(admin.get(`${path}/lease-tokens`));
      await note(admin.patch(`/credentials/${credential_id}`, { oauth_client_secret: `${CANARY}-other` }));
      await note(admin.patch(`/credentials/${credential_id}`, { oauth_client_secret: `${CANARY}\nwith a line break` }));
      await note(
        admin.post('/credentials/api-token', { label: 'x', api_token: `${CANARY}`, upstream_base_url: `${CANARY}` }),
      );
      authorization.expireAccessTokens();
      seen.push(await runOnce(admin, connection_id));
      await note(admin.get(`${path}/proxy/things`));
      await note(admin.post(`${path}/uninstall`));

      for (const list of ['/items', '/audit', '/items?type=system.activity', '/items?type=system.credential'])
        seen.push(await allRows(admin, list));
      seen.push(await allRows(admin, `${path}/runs`), await eventsOf(profile));
      seen.push(server.output());
      expect(JSON.stringify(seen)).not.toContain(CANARY);

      const database = await openRecord(profile);
      const tables = await database.read.introspection.getTables();
      expect(tables.length).toBeGreaterThan(20);
      for (const { name } of tables) {
        const { rows } = await sql`select * from ${sql.table(name)}`.execute(database.read);
        expect(JSON.stringify(rows), name).not.toContain(CANARY);
      }
      await database.close();
      for (const file of await readdir(profile.dataFolder)) {
        const bytes = await readFile(join(profile.dataFolder, file)).catch(() => Buffer.alloc(0));
        expect(bytes.includes(CANARY), file).toBe(false);
      }
    }, 120_000);
  },
  { LOG_LEVEL: 'trace', MARFA_CONNECTORS: folder.path },
);

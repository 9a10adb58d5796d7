import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { type FeedServer, startFeedServer } from './support/feed-server.ts';
import { allRows, anIntegration, install, integrationId, RSS_WATCHER, runOnce } from './support/integrations.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aKey, aName, aSpace, created } from './support/spaces.ts';

const UNKNOWN_ID = '01936d2e-7b7a-7000-8000-00000000dead';

/** Everything that an installation writes into a space, in whatever state. */
async function traces(api: Api) {
  const count = async (type: string) => {
    const active = await allRows(api, `/items?type=${type}`);
    const revoked = await allRows(api, `/items?type=${type}&state=revoked`);
    return active.length + revoked.length;
  };
  return {
    connections: await count('system.connection'),
    credentials: await count('system.credential'),
    activity: await count('system.activity'),
    audit: (await allRows(api, '/audit')).length,
  };
}

describeServer(
  'Installing',
  (under) => {
    let feed: FeedServer;
    let rss: string;
    const feedConfiguration = () => ({ feed_url: feed.url });

    beforeAll(async () => {
      feed = await startFeedServer();
      feed.publish([{ id: 'one', title: 'First' }]);
      rss = await integrationId(under.admin, RSS_WATCHER);
    });
    afterAll(() => feed.close());

    describe('an integration', () => {
      it('makes an active Connection with what the manifest declares', async () => {
        const { api, id } = await aSpace(under.admin);
        const answer = await api.post('/connections/install', {
          integration_id: rss,
          label: 'My feed',
          configuration: feedConfiguration(),
        });
        expect(answer.status).toBe(201);
        expect(Object.keys(answer.body).sort()).toEqual(['activity_id', 'connection_id', 'credential_id']);

        const { body } = await api.get(`/items/${answer.body.connection_id}`);
        expect(body.item).toMatchObject({ type: 'system.connection', state: 'active', tenant_id: id });
        expect(body.item.tier).toBeUndefined();
        expect(body.item.properties).toMatchObject({
          kind: 'integration',
          status: 'active',
          label: 'My feed',
          integration_ref: rss,
          configuration: feedConfiguration(),
          direction: 'read',
          triggers: [{ type: 'schedule', config: { cron: '0 * * * *' } }, { type: 'manual' }],
          runtime_compatibility: ['hosted', 'self-hosted', 'local'],
          runtime_status: 'healthy',
        });
        expect(body.item.properties.credential_ref).toBeUndefined();
        expect(Date.parse(body.item.properties.next_run_at)).toBeGreaterThan(Date.now());
      });

      it('makes a runtime credential whose secret nobody is shown', async () => {
        const { api } = await aSpace(under.admin);
        const installed = await install(api, rss, feedConfiguration());
        const { body } = await api.get(`/items/${installed.credential_id}`);
        expect(body.item.properties).toMatchObject({ kind: 'api_key', connection_id: installed.connection_id });
        expect(JSON.stringify([installed, body])).not.toContain('marfa_k1_');
        const keys = await api.get('/keys');
        expect(keys.body.keys.map((key: { source: string }) => key.source)).toEqual(['administrator']);
      });

      it('writes one activity row and one audit row', async () => {
        const { api, id } = await aSpace(under.admin);
        const { connection_id, activity_id } = await install(api, rss, feedConfiguration());
        const activity = await allRows(api, '/items?type=system.activity');
        expect(activity).toHaveLength(1);
        expect(activity[0]).toMatchObject({
          id: activity_id,
          properties: { connection_id, severity: 'info', detail: { kind: 'install' } },
        });
        const audit = await allRows(api, '/audit?action=connection.install');
        expect(audit).toHaveLength(1);
        expect(audit[0]).toMatchObject({ resource_type: 'connection', resource_id: connection_id, tenant_id: id });
      });

      it('is for those who run the space', async () => {
        const { api } = await aSpace(under.admin);
        const member = await aKey(api, { type_permissions: { '*': 'write' } });
        const before = await traces(api);
        const answer = await member.api.post('/connections/install', {
          integration_id: rss,
          configuration: feedConfiguration(),
        });
        expect(refusal(answer)).toEqual({ status: 403, code: 'forbidden' });
        expect(await traces(api)).toEqual(before);
      });

      it('takes many in one space at the same moment, each with a source of its own', async () => {
        const { api } = await aSpace(under.admin);
        const all = await Promise.all(Array.from({ length: 8 }, () => install(api, rss, feedConfiguration())));
        const runs = await Promise.all(all.map(({ connection_id }) => runOnce(api, connection_id)));
        expect(runs.map((run) => run.items_created)).toEqual(Array(8).fill(1));
        const bookmarks = await allRows(api, '/items?type=core.bookmark');
        expect(bookmarks.map((item) => item.source_id)).toEqual(Array(8).fill('one'));
        const sources = new Set<string>(bookmarks.map((item) => item.source));
        expect(sources.size).toBe(8);
        for (const source of sources) expect(source.startsWith(RSS_WATCHER)).toBe(true);
        expect([...sources]).toContain(RSS_WATCHER);
      });

      it('writes under another source when a key of the space has its name', async () => {
        const { api } = await aSpace(under.admin);
        await aKey(api, { source: RSS_WATCHER });
        const { connection_id } = await install(api, rss, feedConfiguration());
        await runOnce(api, connection_id);
        const [bookmark] = await allRows(api, '/items?type=core.bookmark');
        expect(bookmark.source).toMatch(/^withmarfa\.rss-watcher-[0-9a-f]{12}$/);
      });

      it('keeps its source from keys that are made later', async () => {
        const { api } = await aSpace(under.admin);
        await install(api, rss, feedConfiguration());
        const answer = await api.post('/keys', { label: 'Late', source: RSS_WATCHER });
        expect(refusal(answer)).toEqual({ status: 409, code: 'conflict' });
      });
    });

    describe('an integration with settings', () => {
      const settings = {
        bulletin_url: { type: 'string', description: 'Where to look.', required: true },
        harbours: { type: 'string_array', description: 'Which ones.', default: ['Horta'] },
        pages: { type: 'number', description: 'How many.', values: [1, 5], default: 5 },
        quiet: { type: 'boolean', description: 'Whether to keep still.' },
      };
      let withSettings: string;
      beforeAll(async () => {
        withSettings = await anIntegration(under.admin, { configuration_schema: settings });
      });

      it('fills the defaults that it declares', async () => {
        const { api } = await aSpace(under.admin);
        const { connection_id } = await install(api, withSettings, { bulletin_url: 'https://example.test' });
        const { body } = await api.get(`/items/${connection_id}`);
        expect(body.item.properties.configuration).toEqual({
          bulletin_url: 'https://example.test',
          harbours: ['Horta'],
          pages: 5,
        });
      });

      it.each<[string, Record<string, unknown>, string[]]>([
        ['nothing where something is required', {}, ['$.configuration.bulletin_url']],
        ['a key that is not declared', { bulletin_url: 'x', colour: 'blue' }, ['$.configuration.colour']],
        ['a value of the wrong kind', { bulletin_url: 5 }, ['$.configuration.bulletin_url']],
        ['a value that is not among the allowed', { bulletin_url: 'x', pages: 3 }, ['$.configuration.pages']],
        [
          'several faults, told at once',
          { quiet: 'yes', harbours: 'Horta', tide: 1 },
          ['$.configuration.bulletin_url', '$.configuration.harbours', '$.configuration.quiet', '$.configuration.tide'],
        ],
      ])('refuses %s, and leaves nothing', async (_what, configuration, paths) => {
        const { api } = await aSpace(under.admin);
        const before = await traces(api);
        const answer = await api.post('/connections/install', { integration_id: withSettings, configuration });
        expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
        expect(faultPaths(answer)).toEqual(paths);
        expect(await traces(api)).toEqual(before);
      });
    });

    describe('what cannot run here', () => {
      async function refused(changes: Record<string, unknown>, input: Record<string, unknown> = {}) {
        const { api } = await aSpace(under.admin);
        const integration_id = await anIntegration(under.admin, changes);
        const before = await traces(api);
        const answer = await api.post('/connections/install', { integration_id, ...input });
        expect(await traces(api)).toEqual(before);
        return { ...refusal(answer), message: answer.body.error.message as string, paths: faultPaths(answer) };
      }

      it('is refused when nobody registered it', async () => {
        const { api } = await aSpace(under.admin);
        const before = await traces(api);
        const answer = await api.post('/connections/install', { integration_id: UNKNOWN_ID });
        expect(refusal(answer)).toEqual({ status: 404, code: 'integration_not_found' });
        expect(await traces(api)).toEqual(before);
      });

      it('is refused when it runs on the hosted tier alone', async () => {
        const answer = await refused({ runtime_compatibility: ['hosted'] });
        expect(answer).toMatchObject({ status: 400, code: 'validation_error' });
        expect(answer.message).toContain('hosted');
      });

      it('is refused on a tier that the manifest does not declare', async () => {
        const answer = await refused({ runtime_compatibility: ['self-hosted'] }, { runtime: 'local' });
        expect(answer).toMatchObject({ status: 400, code: 'validation_error', paths: ['$.runtime'] });
      });

      it('opens a place for deliveries when it waits for webhooks, and shows its secret once', async () => {
        const { api } = await aSpace(under.admin);
        const waits = {
          triggers: [{ type: 'manual' }, { type: 'webhook' }],
          webhook_verification: { method: 'github' },
        };
        const integration_id = await anIntegration(under.admin, waits);
        const installed = (granted?: Record<string, unknown>) =>
          api.post('/connections/install', { integration_id, ...(granted ? { granted } : {}) });
        const { connection_id, inbound_webhook } = created(await installed());
        expect(inbound_webhook).toMatchObject({ connection_id, verification_method: 'github', disabled: false });
        expect(inbound_webhook.secret).toMatch(/^whsec_[\w-]{43}$/);
        const { inbound_webhooks } = (await api.get(`/connections/${connection_id}/inbound-webhooks`)).body;
        expect(inbound_webhooks).toHaveLength(1);
        expect(inbound_webhooks[0].secret).toBeUndefined();
        expect(created(await installed({ triggers: ['manual'] })).inbound_webhook).toBeUndefined();
      });

      it('is refused when it writes a type that this space does not have', async () => {
        const answer = await refused({ target_types: ['core.bookmark', 'harbour.bulletin'] });
        expect(answer).toMatchObject({ code: 'validation_error', paths: ['$.manifest.target_types[1]'] });
        expect(answer.message).toContain('harbour.bulletin');
      });

      it.each([
        ['an OAuth account', { oauth_requirements: { calendar: 'proxy' } }],
        ['an API token', { token_requirements: { tasks: 'required' } }],
      ])('is refused without the upstream credential it needs: %s', async (_what, changes) => {
        const answer = await refused(changes);
        expect(answer).toMatchObject({ status: 400, code: 'missing_required_field', paths: ['$.credential_ref'] });
      });

      it('is refused with a credential of another kind, of another space, or of nobody, all alike', async () => {
        const { api } = await aSpace(under.admin);
        const other = await aSpace(under.admin);
        const integration_id = await anIntegration(under.admin, { token_requirements: { tasks: 'required' } });
        const [own] = await allRows(api, '/items?type=system.credential');
        const [foreign] = await allRows(other.api, '/items?type=system.credential');
        const before = await traces(api);
        const answers = [];
        for (const credential_ref of [own.id, foreign.id, UNKNOWN_ID])
          answers.push(await api.post('/connections/install', { integration_id, credential_ref }));
        for (const answer of answers) {
          expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
          expect(answer.body).toEqual(answers[0]?.body);
        }
        expect(await traces(api)).toEqual(before);
      });

      it('is refused with a credential that it has no use for', async () => {
        expect(await refused({}, { credential_ref: UNKNOWN_ID })).toMatchObject({
          code: 'validation_error',
          paths: ['$.credential_ref'],
        });
      });
    });

    it('lets no token into the output, whatever is logged', async () => {
      const { api, key } = await aSpace(under.admin);
      const { connection_id } = await install(api, rss, { feed_url: `${feed.url}/?key=${aName('canary')}` });
      await runOnce(api, connection_id);
      await api.as(`${key}x`).get('/items');
      await api.call('GET', `/items?cursor=${key}`);
      await api.post('/keys', { label: key, source: 5 });
      const output = under.server.output();
      // At this level every request is told, and every run.
      expect(output.includes(`/connections/${connection_id}/run`)).toBe(true);
      expect(output.match(/marfa_(k1|at|rt)_\S*|canary\S*/g)).toBeNull();
    });
  },
  { LOG_LEVEL: 'debug' },
);

import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootstrap, createApi } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows, aManifest, anIntegration, install, runOnce } from './support/integrations.ts';
import { createProfile } from './support/profiles.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aKey, aSpace, created } from './support/spaces.ts';
import { startServer } from './support/start-server.ts';
import { propertiesOf } from './support/upstream.ts';
import { type ConnectorFolder, writeConnector } from './support/write-connector.ts';

const IDENTITY = 'an identity secret of forty characters xx';
const UNKNOWN_ID = '01936d2e-7b7a-7000-8000-00000000dead';
const identityKey = (name: string) => createHmac('sha256', IDENTITY).update(name).digest('hex');

describeServer(
  'A Connection',
  (under) => {
    async function aConnection(changes: Record<string, unknown> = {}) {
      const { api, id: spaceId } = await aSpace(under.admin);
      const integration_id = await anIntegration(under.admin, changes);
      const installed = await install(api, integration_id);
      const mint = () =>
        under.admin.post('/system/runtime-credentials', {
          connection_id: installed.connection_id,
          label: 'A run',
          source: 'a-run',
        });
      return { api, spaceId, mint, path: `/connections/${installed.connection_id}`, ...installed };
    }

    it('stops when it is paused, its credentials dead at once, and goes on when it is resumed', async () => {
      const { api, mint, path, connection_id } = await aConnection();
      const runtime = api.as(created(await mint()).api_key);
      expect((await runtime.get('/items?type=core.bookmark')).status).toBe(200);
      const paused = await api.post(`${path}/pause`);
      expect(paused.body).toMatchObject({ connection_id, runtime_status: 'paused' });
      expect(refusal(await runtime.get('/items?type=core.bookmark'))).toEqual({ status: 401, code: 'unauthorized' });
      expect(refusal(await mint())).toEqual({ status: 403, code: 'forbidden' });
      expect(refusal(await api.post(`${path}/run`))).toEqual({ status: 400, code: 'validation_error' });
      expect(refusal(await api.post(`${path}/pause`))).toEqual({ status: 400, code: 'validation_error' });
      expect(await propertiesOf(api, connection_id)).toMatchObject({ runtime_status: 'paused', status: 'active' });

      const resumed = await api.post(`${path}/resume`);
      expect(resumed.body).toMatchObject({ connection_id, runtime_status: 'healthy' });
      expect(refusal(await api.post(`${path}/resume`))).toEqual({ status: 400, code: 'validation_error' });
      expect((await mint()).status).toBe(201);
      const actions = (await allRows(api, `/audit?resource_id=${connection_id}`)).map((row) => row.action);
      expect(actions).toEqual(expect.arrayContaining(['connection.pause', 'connection.resume']));
    });

    it('takes another name and other settings, which fit or change nothing', async () => {
      const { api, path, connection_id } = await aConnection({
        configuration_schema: {
          harbour: { type: 'string', description: 'Which one.', required: true, default: 'Horta' },
          pages: { type: 'number', description: 'How many.' },
        },
      });
      const answer = await api.patch(path, { label: 'Other', configuration: { harbour: 'Velas', pages: 3 } });
      expect(answer.body).toMatchObject({ label: 'Other', configuration: { harbour: 'Velas', pages: 3 } });
      expect(await propertiesOf(api, connection_id)).toMatchObject({
        label: 'Other',
        configuration: { harbour: 'Velas', pages: 3 },
      });
      const audit = await allRows(api, `/audit?resource_id=${connection_id}&action=connection.update`);
      expect(audit.map((row) => row.details)).toEqual([{ changed: ['configuration', 'label'] }]);
      const faulty = await api.patch(path, { label: 'Third', configuration: { pages: 'many', surprise: 1 } });
      expect(refusal(faulty)).toEqual({ status: 400, code: 'validation_error' });
      expect(faultPaths(faulty)).toEqual(['$.configuration.pages', '$.configuration.surprise']);
      expect(await propertiesOf(api, connection_id)).toMatchObject({ label: 'Other' });
      const credential = await api.patch(path, { credential_ref: UNKNOWN_ID });
      expect(faultPaths(credential)).toEqual(['$.credential_ref']);
    });

    it('marks its activity as feed when it is told to', async () => {
      const { api, path } = await aConnection();
      await api.patch(path, { feed_activity: true });
      const { body } = await api.post(`${path}/pause`);
      expect((await api.get(`/items/${body.activity_id}`)).body.item.tier).toBe('feed');
    });

    it('is for those who run its space, and for no other space', async () => {
      const { api, path } = await aConnection();
      const member = (await aKey(api, { type_permissions: { '*': 'write' } })).api;
      const stranger = (await aSpace(under.admin)).api;
      for (const [method, place, body] of [
        ['PATCH', path, { label: 'x' }],
        ['POST', `${path}/pause`, undefined],
        ['POST', `${path}/resume`, undefined],
        ['GET', `${path}/upgrade`, undefined],
        ['POST', `${path}/upgrade`, undefined],
        ['POST', `${path}/upgrade/approve`, { to_version: '2.0.0' }],
      ] as const) {
        expect(refusal(await member.call(method, place, body))).toEqual({ status: 403, code: 'forbidden' });
        expect(refusal(await stranger.call(method, place, body))).toEqual({
          status: 404,
          code: 'connection_not_found',
        });
      }
    });

    it('does nothing of that any more when it has been uninstalled', async () => {
      const { api, mint, path, connection_id } = await aConnection();
      const runtime = api.as(created(await mint()).api_key);
      await api.post(`${path}/uninstall`);
      expect(refusal(await runtime.get('/items?type=core.bookmark'))).toEqual({ status: 401, code: 'unauthorized' });
      for (const place of ['pause', 'resume', 'upgrade', 'uninstall'])
        expect(refusal(await api.post(`${path}/${place}`))).toEqual({ status: 400, code: 'validation_error' });
      expect((await api.get(`/items/${connection_id}`)).body.item).toMatchObject({
        state: 'revoked',
        properties: { status: 'revoked' },
      });
    });

    describe('granted in part', () => {
      const asked = {
        target_types: ['core.bookmark', 'core.note'],
        permissions: { extension: { 'harbour.tides': 'write' }, edge: { references: 'write' } },
      };

      it('reaches what was granted and nothing of what was taken away', async () => {
        const { api } = await aSpace(under.admin);
        const integration_id = await anIntegration(under.admin, asked);
        const granted = { target_types: ['core.note'], triggers: ['manual'], extensions: [], edges: [] };
        const { connection_id } = created(await api.post('/connections/install', { integration_id, granted }));
        const { triggers, next_run_at } = await propertiesOf(api, connection_id);
        expect(triggers).toEqual([{ type: 'manual' }]);
        expect(next_run_at).toBeUndefined();
        const minted = created(
          await under.admin.post('/system/runtime-credentials', { connection_id, label: 'r', source: 'r' }),
        );
        const runtime = api.as(minted.api_key);
        expect((await runtime.post('/items', { type: 'core.note', properties: { title: 'x' } })).status).toBe(201);
        const other = await runtime.post('/items', { type: 'core.bookmark', properties: { url: 'https://x.test' } });
        expect(refusal(other)).toEqual({ status: 403, code: 'type_not_permitted' });
        const wider = await under.admin.post('/system/runtime-credentials', {
          connection_id,
          label: 'r',
          source: 'r',
          type_permissions: { 'core.bookmark': 'read' },
        });
        expect(refusal(wider)).toEqual({ status: 403, code: 'forbidden' });
      });

      it.each([
        [{ target_types: ['core.task'] }, '$.granted.target_types[0]'],
        [{ target_types: [] }, '$.granted.target_types'],
        [{ triggers: [] }, '$.granted.triggers'],
        [{ triggers: ['webhook'] }, '$.granted.triggers[0]'],
        [{ edges: ['about'] }, '$.granted.edges[0]'],
        [{ extensions: ['*'] }, '$.granted.extensions[0]'],
        [{ everything: true }, '$.granted'],
      ])('is never wider than what was asked for: %j', async (granted, path) => {
        const { api } = await aSpace(under.admin);
        const integration_id = await anIntegration(under.admin, asked);
        const answer = await api.post('/connections/install', { integration_id, granted });
        expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
        expect(faultPaths(answer).join()).toContain(path);
        expect(await allRows(api, '/items?type=system.connection')).toEqual([]);
      });
    });

    describe('upgraded', () => {
      const version = (name: string, changes: Record<string, unknown>) =>
        under.admin.post('/integrations', { manifest: aManifest({ name, ...changes }) }).then(created);

      async function installed(changes: Record<string, unknown> = {}, granted?: Record<string, unknown>) {
        const { api } = await aSpace(under.admin);
        const manifest = aManifest(changes);
        const { id: integration_id } = created(await under.admin.post('/integrations', { manifest }));
        const made = created(
          await api.post('/connections/install', { integration_id, ...(granted ? { granted } : {}) }),
        );
        return { api, name: manifest.name, path: `/connections/${made.connection_id}`, ...made };
      }

      it('has nowhere to go while its version is the newest', async () => {
        const { api, path } = await installed();
        expect((await api.get(`${path}/upgrade`)).body).toMatchObject({
          current: '1.0.0',
          candidate: null,
          delta: null,
        });
        expect(refusal(await api.post(`${path}/upgrade`))).toEqual({ status: 400, code: 'validation_error' });
      });

      it('moves to the newest version that grants no more, by itself never', async () => {
        const { api, name, path, connection_id } = await installed();
        await version(name, { version: '1.1.0' });
        const newest = await version(name, { version: '1.2.0', description: 'Better words.' });
        await version(name, { version: '1.3.0-rc.1' });
        expect((await propertiesOf(api, connection_id)).integration_ref).not.toBe(newest.id);
        const plan = (await api.get(`${path}/upgrade`)).body;
        expect(plan).toMatchObject({
          current: '1.0.0',
          candidate: '1.2.0',
          candidate_integration_ref: newest.id,
          delta: { widens: false },
        });
        const { body } = await api.post(`${path}/upgrade`);
        expect(body).toMatchObject({ from_version: '1.0.0', to_version: '1.2.0' });
        expect((await propertiesOf(api, connection_id)).integration_ref).toBe(newest.id);
        const audit = await allRows(api, `/audit?resource_id=${connection_id}&action=connection.upgrade`);
        expect(audit.map((row) => row.details)).toEqual([
          { from_version: '1.0.0', to_version: '1.2.0', consented: false },
        ]);
      });

      it('is granted more only by consent to that very version', async () => {
        const { api, name, path, connection_id } = await installed();
        await version(name, { version: '1.1.0', target_types: ['core.bookmark', 'core.note'] });
        const refused = await api.post(`${path}/upgrade`);
        expect(refusal(refused)).toEqual({ status: 403, code: 'forbidden' });
        expect(refused.body.error.details.widening).toEqual([expect.stringContaining('core.note')]);
        const { widens, types, changes } = (await api.get(`${path}/upgrade`)).body.delta;
        expect([widens, types]).toEqual([true, { added: ['core.note'], removed: [] }]);
        expect(changes).toContainEqual(expect.objectContaining({ class: 'widening', path: '$.target_types' }));

        await version(name, { version: '1.2.0', target_types: ['core.bookmark', 'core.note', 'core.task'] });
        const late = await api.post(`${path}/upgrade/approve`, { to_version: '1.1.0' });
        expect(refusal(late)).toEqual({ status: 409, code: 'conflict' });
        expect((await api.post(`${path}/upgrade/approve`, { to_version: '1.2.0' })).status).toBe(200);
        const minted = created(
          await under.admin.post('/system/runtime-credentials', { connection_id, label: 'r', source: 'r' }),
        );
        const task = await api.as(minted.api_key).post('/items', { type: 'core.task', properties: { title: 'x' } });
        expect(task.status).toBe(201);
      });

      it('asks for consent to a major version whatever it grants', async () => {
        const { api, name, path } = await installed();
        await version(name, { version: '2.0.0' });
        expect(refusal(await api.post(`${path}/upgrade`))).toEqual({ status: 403, code: 'forbidden' });
        expect((await api.post(`${path}/upgrade/approve`, { to_version: '2.0.0' })).status).toBe(200);
      });

      it('begins and ceases to receive deliveries as the versions say, judged as the newest says', async () => {
        const { api, name, path } = await installed();
        const inbound = async () => (await api.get(`${path}/inbound-webhooks`)).body.inbound_webhooks;
        const webhook = { triggers: [{ type: 'manual' }, { type: 'webhook' }] };
        await version(name, { ...webhook, version: '1.1.0', webhook_verification: { method: 'github' } });
        expect(refusal(await api.post(`${path}/upgrade`))).toEqual({ status: 403, code: 'forbidden' });
        const { body } = await api.post(`${path}/upgrade/approve`, { to_version: '1.1.0' });
        expect(body.inbound_webhook).toMatchObject({ verification_method: 'github' });
        expect(body.inbound_webhook.secret).toMatch(/^whsec_/);
        await version(name, { ...webhook, version: '1.2.0', webhook_verification: { method: 'stripe' } });
        const again = await api.post(`${path}/upgrade/approve`, { to_version: '1.2.0' });
        expect(again.body.inbound_webhook).toBeUndefined();
        expect(await inbound()).toMatchObject([{ verification_method: 'stripe', disabled: false }]);
        await version(name, { version: '1.3.0' });
        expect((await api.post(`${path}/upgrade/approve`, { to_version: '1.3.0' })).status).toBe(200);
        expect(await inbound()).toMatchObject([{ disabled: true }]);
      });

      it('keeps away what was taken away at the install, and ends the credentials of before', async () => {
        const asked = { target_types: ['core.bookmark', 'core.note'] };
        const { api, name, path, connection_id } = await installed(asked, { target_types: ['core.bookmark'] });
        const before = created(
          await under.admin.post('/system/runtime-credentials', { connection_id, label: 'r', source: 'r' }),
        );
        await version(name, { ...asked, version: '1.1.0' });
        expect((await api.get(`${path}/upgrade`)).body.delta.widens).toBe(false);
        expect((await api.post(`${path}/upgrade`)).status).toBe(200);
        const old = await api.as(before.api_key).get('/items?type=core.bookmark');
        expect(refusal(old)).toEqual({ status: 401, code: 'unauthorized' });
        const minted = created(
          await under.admin.post('/system/runtime-credentials', { connection_id, label: 'r', source: 'r' }),
        );
        const note = await api.as(minted.api_key).post('/items', { type: 'core.note', properties: { title: 'x' } });
        expect(refusal(note)).toEqual({ status: 403, code: 'type_not_permitted' });
      });

      it('stays where it is when the new version needs what it does not have', async () => {
        const { api, name, path, connection_id } = await installed();
        await version(name, {
          version: '1.1.0',
          configuration_schema: { url: { type: 'string', description: 'Where.', required: true } },
        });
        const plan = (await api.get(`${path}/upgrade`)).body;
        expect(plan.delta.configurationRequired).toEqual(['url']);
        expect(refusal(await api.post(`${path}/upgrade`))).toEqual({ status: 400, code: 'validation_error' });
        await version(name, { version: '1.2.0', token_requirements: { tasks: 'required' } });
        const answer = await api.post(`${path}/upgrade/approve`, { to_version: '1.2.0' });
        expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
        await version(name, { version: '1.3.0', runtime_compatibility: ['hosted'] });
        expect(refusal(await api.post(`${path}/upgrade`))).toEqual({ status: 400, code: 'validation_error' });
        expect((await propertiesOf(api, connection_id)).status).toBe('active');
      });
    });

    describe('run by a worker elsewhere', () => {
      const lease = (connectionId: string, key: string | null) =>
        under.admin.as(key).post(`/lease/${connectionId}/runtime`);

      it('gives its credentials to workers of its own integration alone', async () => {
        const { api } = await aSpace(under.admin);
        const manifest = aManifest();
        const { id } = created(await under.admin.post('/integrations', { manifest }));
        const { connection_id } = await install(api, id);
        const leased = await lease(connection_id, identityKey(manifest.name));
        expect(leased.status).toBe(201);
        expect(leased.body).toMatchObject({ connection_id, source: expect.stringContaining(manifest.name) });
        const items = await api.as(leased.body.api_key).get('/items?type=core.bookmark');
        expect(items.status).toBe(200);

        const foreign = await lease(connection_id, identityKey('harbour.another'));
        const unknown = await lease(UNKNOWN_ID, identityKey(manifest.name));
        expect(refusal(foreign)).toEqual({ status: 404, code: 'connection_not_found' });
        expect(foreign.body).toEqual(unknown.body);
        for (const key of [null, 'nonsense', under.admin.key])
          expect(refusal(await lease(connection_id, key))).toEqual({ status: 401, code: 'unauthorized' });
        await api.post(`/connections/${connection_id}/uninstall`);
        expect(refusal(await lease(connection_id, identityKey(manifest.name)))).toEqual({
          status: 403,
          code: 'connection_not_active',
        });
      });
    });
  },
  { MARFA_WORKER_IDENTITY_SECRET: IDENTITY },
);

describe('A Connection with a cursor', () => {
  let folder: ConnectorFolder;
  beforeAll(async () => {
    folder = await writeConnector(
      `async (ctx) => {
        const count = (await ctx.cursor.read('main')) ?? 0;
        await ctx.cursor.write('main', count + 1);
        await ctx.marfa.createItem({ type: 'core.bookmark', source_id: String(count), properties: { url: 'https://x.test/' + count } });
        return { ok: true };
      }`,
    );
  });
  afterAll(() => folder.dispose());

  it('is pinned to its version over a restart', async () => {
    const profile = await createProfile('sqlite');
    const variables = { ...profile.variables, MARFA_CONNECTORS: folder.path };
    const first = await startServer(variables);
    const admin = await bootstrap(first.url);
    const listed = await admin.get(`/integrations?manifest_name=${folder.integrationName}`);
    const { connection_id } = await install(admin, listed.body.data[0].id);
    expect((await runOnce(admin, connection_id)).status).toBe('succeeded');
    const newer = { ...listed.body.data[0].manifest, version: '1.1.0' };
    created(await admin.post('/integrations', { manifest: newer }));
    await first.stop();
    const second = await startServer(variables);
    const api = createApi(second.url, admin.key);
    expect((await api.get(`/connections/${connection_id}/upgrade`)).body).toMatchObject({
      current: '1.0.0',
      candidate: '1.1.0',
    });
    expect((await runOnce(api, connection_id)).status).toBe('succeeded');
    const ids = (await allRows(api, '/items?type=core.bookmark')).map((item) => item.source_id).sort();
    expect(ids).toEqual(['0', '1']);
    await second.stop();
    await profile.dispose();
  }, 120_000);
});

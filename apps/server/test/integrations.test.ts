import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows, aManifest, RSS_WATCHER } from './support/integrations.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aKey, aName, aSpace, created } from './support/spaces.ts';

const UNKNOWN_ID = '01936d2e-7b7a-7000-8000-00000000dead';

describeServer('An integration', (under) => {
  let admin: Api;
  beforeAll(() => {
    admin = under.admin;
  });
  const register = (manifest: unknown, api = admin) => api.post('/integrations', { manifest });

  it('is registered whole, and shown as it was registered', async () => {
    const manifest = aManifest({ permissions: { extension: { 'harbour.*': 'write' } } });
    const { status, body } = await register(manifest);
    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.any(String),
      manifest_name: manifest.name,
      manifest_version: '1.0.0',
      publisher: 'Harbour Works',
      summary: 'Saves each harbour bulletin as a bookmark.',
      direction: 'read',
      runtime_compatibility: ['self-hosted', 'local'],
      registered_at: expect.any(String),
      manifest: {
        ...manifest,
        bidirectional_handling: {
          echo_ttl_seconds: 60,
          lag_window_seconds: 60,
          tombstone_mapping: 'ignore',
          partial_write_mode: 'all-or-nothing',
        },
      },
    });
    expect((await admin.get(`/integrations/${body.id}`)).body).toEqual(body);
    const { item } = (await admin.get(`/items/${body.id}`)).body;
    expect(item).toMatchObject({
      type: 'system.integration',
      tenant_id: null,
      properties: { manifest_name: manifest.name },
    });
    const audit = await allRows(admin, `/audit?resource_id=${body.id}`);
    expect(audit.map((row) => row.action)).toEqual(['integration.register']);
  });

  it('is registered by the platform alone, and read from every space', async () => {
    const { api } = await aSpace(admin);
    const member = await aKey(api, { type_permissions: { '*': 'write' } });
    for (const caller of [api, member.api])
      expect(refusal(await register(aManifest(), caller))).toEqual({ status: 403, code: 'forbidden' });
    const platform = await aKey(admin, { is_platform: true });
    const { id, manifest_name } = created(await register(aManifest(), platform.api));
    for (const caller of [api, member.api]) {
      expect((await caller.get(`/integrations/${id}`)).body.id).toBe(id);
      expect((await caller.get(`/integrations?manifest_name=${manifest_name}`)).body.data).toHaveLength(1);
    }
    expect((await api.get(`/items/${id}`)).status).toBe(200);
    expect(refusal(await admin.as(null).get('/integrations')).status).toBe(401);
    expect(refusal(await api.get(`/integrations/${UNKNOWN_ID}`))).toEqual({
      status: 404,
      code: 'integration_not_found',
    });
  });

  it('that the server brought along is there from the start', async () => {
    const { body } = await admin.get(`/integrations?manifest_name=${RSS_WATCHER}`);
    expect(body.data).toMatchObject([{ manifest_name: RSS_WATCHER, manifest: { target_types: ['core.bookmark'] } }]);
  });

  describe('in several versions', () => {
    it('stands beside its siblings, newest first, whatever order they came in', async () => {
      const newestFirst = ['2.0.0', '2.0.0-rc.10', '2.0.0-rc.2', '2.0.0-alpha', '1.10.0', '1.9.1', '1.9.0', '0.10.0'];
      const name = `harbour.${aName('siblings')}`;
      for (const version of newestFirst.toSorted()) created(await register(aManifest({ name, version })));
      const { body } = await admin.get(`/integrations?manifest_name=${name}`);
      expect(body.data.map((row: { manifest_version: string }) => row.manifest_version)).toEqual(newestFirst);
      const first = await admin.get(`/integrations?manifest_name=${name}&limit=2`);
      expect(first.body.data.map((row: { manifest_version: string }) => row.manifest_version)).toEqual([
        '2.0.0',
        '2.0.0-rc.10',
      ]);
    });

    it('never changes a version, not even by its build metadata', async () => {
      const manifest = aManifest({ version: '1.2.3+build.7' });
      const { id } = created(await register(manifest));
      for (const again of [
        manifest,
        { ...manifest, description: 'Another one.' },
        { ...manifest, version: '1.2.3' },
        { ...manifest, version: '1.2.3+build.8' },
      ])
        expect(refusal(await register(again))).toEqual({ status: 409, code: 'conflict' });
      expect((await register({ ...manifest, version: '1.2.3-build.7' })).status).toBe(201);
      expect((await admin.get(`/integrations/${id}`)).body.manifest.description).toBe(manifest.description);
    });

    it('is registered once, however many register it at the same moment', async () => {
      const manifest = aManifest();
      const answers = await Promise.all(Array.from({ length: 10 }, () => register(manifest)));
      expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array(9).fill(409)]);
      const rows = await allRows(admin, '/items?type=system.integration');
      expect(rows.filter((row) => row.properties.manifest_name === manifest.name)).toHaveLength(1);
    });
  });

  describe('is refused', () => {
    it('with every fault at once, each at its place', async () => {
      const answer = await register({
        name: 'core.tide-watch',
        version: '1.0',
        publisher: '',
        manifest_schema_version: '1.2.0',
        direction: 'sideways',
        target_types: ['Note', 'system.connection'],
        triggers: [{ type: 'schedule', config: { cron: 'hourly' } }, { type: 'tide' }, { type: 'manual', config: {} }],
        runtime_compatibility: [],
        bidirectional_handling: { echo_ttl_seconds: 0, colour: 'blue' },
        oauth_requirements: { calendar: 'maybe' },
        webhook_verification: { method: 'trust' },
        configuration_schema: { Feed: { type: 'url', description: '' } },
        colour: 'blue',
      });
      expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
      const paths = faultPaths(answer);
      for (const path of [
        '$.name',
        '$.version',
        '$.publisher',
        '$.description',
        '$.direction',
        '$.target_types[0]',
        '$.target_types[1]',
        '$.triggers[0].config.cron',
        '$.triggers[1].type',
        '$.triggers[2].config',
        '$.runtime_compatibility',
        '$.bidirectional_handling.echo_ttl_seconds',
        '$.bidirectional_handling.colour',
        '$.oauth_requirements.calendar',
        '$.webhook_verification.method',
        '$.colour',
      ])
        expect(paths).toContain(path);
      for (const { message } of answer.body.error.details.issues) expect(message).not.toBe('');
    });

    it.each<[string, Record<string, unknown>, string]>([
      ['with a reserved publisher', { name: 'marfa.tide' }, '$.name'],
      ['with a name of one part', { name: 'tide' }, '$.name'],
      ['with the manual trigger twice', { triggers: [{ type: 'manual' }, { type: 'manual' }] }, '$.triggers[1]'],
      [
        'with two kinds of account',
        { oauth_requirements: { a: 'proxy' }, token_requirements: { a: 'required' } },
        '$.token_requirements',
      ],
      [
        'with a schedule that never fires',
        { triggers: [{ type: 'schedule', config: { cron: '0 0 30 2 *' } }] },
        '$.triggers[0].config.cron',
      ],
      [
        'with a setting of the platform',
        { configuration_schema: { upstream_base_url_override: { type: 'string', description: 'x' } } },
        '$.configuration_schema.upstream_base_url_override',
      ],
      [
        'with a default that its values exclude',
        { configuration_schema: { mode: { type: 'string', description: 'x', values: ['a'], default: 'b' } } },
        '$.configuration_schema.mode.default',
      ],
      [
        'with an unknown key deep inside',
        { webhook_verification: { method: 'slack', secret: 'x' } },
        '$.webhook_verification.secret',
      ],
    ])('%s', async (_what, changes, path) => {
      const answer = await register(aManifest(changes));
      expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
      expect(faultPaths(answer)).toEqual([path]);
    });

    it('with a manifest contract of a later major, before anything else is judged', async () => {
      const answer = await register({ manifest_schema_version: '2.0.0', unheard_of: true });
      expect(refusal(answer)).toEqual({ status: 400, code: 'manifest_schema_unsupported' });
      expect((await register(aManifest({ manifest_schema_version: '1.99.0' }))).status).toBe(201);
      expect(refusal(await register(aManifest({ manifest_schema_version: 'two' }))).code).toBe('validation_error');
    });

    it.each([null, 'text', 5, [], undefined, {}])('when it is %j', async (manifest) => {
      expect(refusal(await register(manifest))).toEqual({ status: 400, code: 'validation_error' });
    });

    it('and leaves nothing behind', async () => {
      const before = await allRows(admin, '/items?type=system.integration');
      const audit = await allRows(admin, '/audit?action=integration.register');
      await register(aManifest({ version: 'x' }));
      await register(before[0].properties.manifest);
      expect(await allRows(admin, '/items?type=system.integration')).toEqual(before);
      expect(await allRows(admin, '/audit?action=integration.register')).toEqual(audit);
    });
  });

  it('is described by the JSON Schema that the contract package ships', async () => {
    const artefact = new URL(import.meta.resolve('@withmarfa/shared/schema/integration-manifest.schema.json'));
    const response = await fetch(`${under.server.url}/schema/integration-manifest.schema.json`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^application\/schema\+json/);
    expect(await response.json()).toEqual(JSON.parse(await readFile(artefact, 'utf8')));
  });
});

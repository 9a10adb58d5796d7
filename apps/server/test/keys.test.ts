import { createHmac } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEnvironment } from '../src/env.ts';
import { openDatabase } from '../src/platform/database/open-database.ts';
import { createLogger } from '../src/platform/logger.ts';
import { type Api, createApi } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows } from './support/integrations.ts';
import { createProfile, DIALECTS, type Profile } from './support/profiles.ts';
import { faultPaths, refusal } from './support/refusal.ts';
import { aKey, aName, aSpace, created } from './support/spaces.ts';
import { startServer, type TestServer } from './support/start-server.ts';

const UNKNOWN_ID = '01936d2e-7b7a-7000-8000-00000000dead';
const SALT = 'the salt of this suite';
const KEY_PATTERN = /^marfa_k1_[0-9A-Za-z]{36,}$/;

describe.each(DIALECTS)('The first key of a server on %s', (dialect) => {
  let profile: Profile;
  let server: TestServer;
  let nobody: Api;
  let first: { id: string; key: string };
  beforeAll(async () => {
    profile = await createProfile(dialect);
    profile.variables.API_KEY_SALT = SALT;
    server = await startServer(profile.variables);
    nobody = createApi(server.url);
  });
  afterAll(async () => {
    await server.stop();
    await profile.dispose();
  });

  it('is not made of input that does not fit, and the door stays open', async () => {
    expect(refusal(await nobody.post('/keys', { label: '' }))).toEqual({ status: 400, code: 'validation_error' });
    expect(refusal(await nobody.as('marfa_k1_wrong').post('/keys', { label: 'a', source: 'a' })).status).toBe(401);
    expect(refusal(await nobody.get('/keys')).status).toBe(401);
  });

  it('is had by one of twenty who ask at the same moment, and is an admin whatever was asked for', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        nobody.post('/keys', { label: `Number ${index}`, source: `number-${index}`, role: 'member' }),
      ),
    );
    const [won, ...rest] = answers.toSorted((a, b) => a.status - b.status);
    expect(won).toMatchObject({ status: 201, body: { role: 'admin', last_used_at: null } });
    expect(won?.body.key).toMatch(KEY_PATTERN);
    for (const answer of rest) expect(refusal(answer)).toEqual({ status: 401, code: 'unauthorized' });
    first = won?.body;
    const { body } = await nobody.as(first.key).get('/keys');
    expect(body.keys.map((key: { id: string }) => key.id)).toEqual([first.id]);
  });

  it('is kept as a keyed hash alone', async () => {
    const database = await openDatabase(readEnvironment(profile.variables, '/').database, createLogger('silent'));
    try {
      const { rows } = await sql<{ id: string; hash: string }>`select * from api_keys`.execute(database.read);
      const hash = createHmac('sha256', SALT).update(first.key).digest('base64url');
      expect(rows).toMatchObject([{ id: first.id, hash }]);
      expect(JSON.stringify(rows)).not.toContain(first.key.slice('marfa_k1_'.length, -8));
    } finally {
      await database.close();
    }
  });

  it('is told in the audit log as what it was', async () => {
    const [entry, ...more] = await allRows(nobody.as(first.key), '/audit?action=key.create');
    expect(entry).toMatchObject({ resource_id: first.id, tenant_id: null, details: { bootstrap: true } });
    expect(more).toEqual([]);
  });

  it('is the last that needs no credential, also when every key has been revoked, also after a restart', async () => {
    const admin = nobody.as(first.key);
    expect(refusal(await nobody.post('/keys', { label: 'a', source: 'a' })).status).toBe(401);
    expect((await admin.delete(`/keys/${first.id}`)).body).toEqual({ ok: true });
    expect(refusal(await admin.get('/keys'))).toEqual({ status: 401, code: 'unauthorized' });
    expect(refusal(await nobody.post('/keys', { label: 'a', source: 'a' })).status).toBe(401);
    await server.stop();
    server = await startServer({ ...profile.variables, PORT: String(server.port) });
    expect(refusal(await nobody.post('/keys', { label: 'a', source: 'a' })).status).toBe(401);
  });
});

describeServer('A key', (under) => {
  let owner: Api;
  beforeAll(async () => {
    ({ api: owner } = await aSpace(under.admin));
  });

  it('is shown with its secret once and never again', async () => {
    const body = created(
      await owner.post('/keys', {
        label: 'Reader',
        source: 'reader',
        type_permissions: { 'core.*': 'read', 'core.task': 'none' },
        extension_permissions: { 'harbour.*': 'write' },
        edge_permissions: { about: 'write' },
        metadata_permissions: { tags: 'read' },
      }),
    );
    const { key, ...rest } = body;
    expect(key).toMatch(KEY_PATTERN);
    expect(rest).toEqual({
      id: expect.any(String),
      label: 'Reader',
      source: 'reader',
      role: 'member',
      default_tier: 'library',
      is_platform: false,
      type_permissions: { 'core.*': 'read', 'core.task': 'none' },
      extension_permissions: { 'harbour.*': 'write' },
      edge_permissions: { about: 'write' },
      metadata_permissions: { tags: 'read' },
      created_at: expect.any(String),
      last_used_at: null,
    });
    expect((await owner.get(`/keys/${body.id}`)).body).toEqual(rest);
    const everywhere = [
      await owner.get('/keys'),
      await owner.patch(`/keys/${body.id}`, { label: 'Reader' }),
      await owner.get(`/items/${body.id}`),
      await owner.get('/items?type=system.credential'),
      await owner.get('/audit'),
    ].map((answer) => JSON.stringify(answer.body));
    for (const text of everywhere) expect(text).not.toMatch(/marfa_k1_|hash/);
  });

  it('is a system.credential, which ends with it', async () => {
    const { id } = await aKey(owner);
    expect((await owner.get(`/items/${id}`)).body.item).toMatchObject({
      type: 'system.credential',
      state: 'active',
      properties: { kind: 'api_key' },
    });
    await owner.delete(`/keys/${id}`);
    expect((await owner.get(`/items/${id}`)).body.item.state).toBe('revoked');
  });

  it('notes when it was used, once an hour', async () => {
    const key = await aKey(owner);
    const lastUse = async () => (await owner.get(`/keys/${key.id}`)).body.last_used_at;
    await key.api.get('/items');
    await expect.poll(async () => Date.parse((await lastUse()) ?? 0)).toBeGreaterThan(0);
    const noted = await lastUse();
    await key.api.get('/items');
    await owner.patch(`/keys/${key.id}`, { label: 'written after' });
    expect(await lastUse()).toBe(noted);
  });

  it('changes its label, tier and maps from the very next request on', async () => {
    const key = await aKey(owner, { type_permissions: { 'core.note': 'read' } });
    expect(refusal(await key.api.post('/items', { type: 'core.note' })).status).toBe(403);
    const changes = { label: 'Writer', default_tier: 'feed', type_permissions: { 'core.note': 'write' } };
    const { status, body } = await owner.patch(`/keys/${key.id}`, changes);
    expect(status).toBe(200);
    expect(body).toMatchObject({ ...changes, source: key.source, edge_permissions: {} });
    expect(created(await key.api.post('/items', { type: 'core.note' })).item.tier).toBe('feed');
    await owner.patch(`/keys/${key.id}`, { type_permissions: {} });
    expect(refusal(await key.api.post('/items', { type: 'core.note' })).status).toBe(403);
  });

  it.each([
    [{ role: 'admin' }, ['$.role']],
    [{ source: 'other' }, ['$.source']],
    [{ is_platform: true }, ['$.is_platform']],
    [{ role: 'member', source: 'x', label: '' }, ['$.label', '$.role', '$.source']],
    [{ type_permissions: { 'Core.Note': 'read' } }, ["$.type_permissions['Core.Note']"]],
    [{ extension_permissions: { a: 'none' } }, ['$.extension_permissions.a']],
  ])('does not change by %j', async (changes, paths) => {
    const { id } = await aKey(owner);
    const before = (await owner.get(`/keys/${id}`)).body;
    const answer = await owner.patch(`/keys/${id}`, changes);
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
    expect(faultPaths(answer)).toEqual(paths);
    expect((await owner.get(`/keys/${id}`)).body).toEqual(before);
  });

  it.each([
    [{}, ['$.label', '$.source']],
    [{ label: 'a', source: '' }, ['$.source']],
    [{ label: 'a', source: 'x'.repeat(201) }, ['$.source']],
    [{ label: 'a', source: 'a', role: 'owner', colour: 1 }, ['$.colour', '$.role']],
    [{ label: 'a', source: 'a', type_permissions: ['core.note'] }, ['$.type_permissions']],
  ])('is not made of %j', async (input, paths) => {
    const answer = await owner.post('/keys', input);
    expect(refusal(answer)).toEqual({ status: 400, code: 'validation_error' });
    expect(faultPaths(answer)).toEqual(paths);
  });

  it('that is revoked is dead at the very next request, and gone from the list', async () => {
    const key = await aKey(owner, { role: 'tenant_admin' });
    expect((await key.api.get('/items')).status).toBe(200);
    for (const _time of ['first', 'second']) {
      expect((await owner.delete(`/keys/${key.id}`)).body).toEqual({ ok: true });
    }
    expect(refusal(await key.api.get('/items'))).toEqual({ status: 401, code: 'unauthorized' });
    const { body } = await owner.get('/keys');
    expect(body.keys.map((listed: { id: string }) => listed.id)).not.toContain(key.id);
    expect(refusal(await owner.get(`/keys/${key.id}`))).toEqual({ status: 404, code: 'not_found' });
  });

  it('is refused when it is mistyped, cut short, or of another kind', async () => {
    const { key } = await aKey(owner, { role: 'tenant_admin' });
    const last = key.at(-1) === 'A' ? 'B' : 'A';
    const wrong = [
      key.slice(0, -1),
      `${key}A`,
      key.slice(0, -1) + last,
      key.toUpperCase(),
      key.replace('marfa_k1_', 'marfa_at_'),
      'marfa_k1_',
      'x',
    ];
    const answers = await Promise.all(wrong.map((token) => owner.as(token).get('/items')));
    for (const answer of answers) {
      expect(refusal(answer)).toEqual({ status: 401, code: 'unauthorized' });
      expect(answer.body).toEqual(answers[0]?.body);
    }
  });

  it('cannot write in the name of an app', async () => {
    const answer = await under.admin.post('/keys', { label: 'x', source: `app:${crypto.randomUUID()}` });
    expect(refusal(answer)).toEqual({ status: 409, code: 'conflict' });
  });

  it('has a source that no other key of the space has, until it is revoked', async () => {
    const source = aName('buoy');
    const key = await aKey(owner, { source });
    expect(refusal(await owner.post('/keys', { label: 'Again', source }))).toEqual({ status: 409, code: 'conflict' });
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => owner.post('/keys', { label: 'Many', source: `${source}-2` })),
    );
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, ...Array(9).fill(409)]);
    await owner.delete(`/keys/${key.id}`);
    expect((await owner.post('/keys', { label: 'Again', source })).status).toBe(201);
    const other = await aSpace(under.admin);
    expect((await other.api.post('/keys', { label: 'Elsewhere', source })).status).toBe(201);
  });

  describe('of a tenant_admin', () => {
    it('makes members and its like, never an admin or a platform key', async () => {
      const make = (input: object) => owner.post('/keys', { label: 'Made', source: aName('made'), ...input });
      expect((await make({ role: 'member' })).status).toBe(201);
      expect((await make({ role: 'tenant_admin' })).status).toBe(201);
      expect(refusal(await make({ role: 'admin' }))).toEqual({ status: 403, code: 'forbidden' });
      expect(refusal(await make({ is_platform: true }))).toEqual({ status: 403, code: 'forbidden' });
    });

    it('gives no extension rights that it does not have, neither at first nor later', async () => {
      const narrow = await aKey(owner, {
        role: 'tenant_admin',
        extension_permissions: { 'harbour.*': 'write', ships: 'read' },
      });
      const give = (extension_permissions: object) =>
        narrow.api.post('/keys', { label: 'Given', source: aName('given'), extension_permissions });
      for (const within of [{}, { harbour: 'write' }, { 'harbour.tide.*': 'write' }, { ships: 'read' }])
        expect((await give(within)).status).toBe(201);
      for (const wider of [{ '*': 'read' }, { ships: 'write' }, { 'ships.*': 'read' }, { quay: 'read' }])
        expect(refusal(await give(wider))).toEqual({ status: 403, code: 'forbidden' });
      const member = await aKey(narrow.api);
      const answer = await narrow.api.patch(`/keys/${member.id}`, { extension_permissions: { '*': 'write' } });
      expect(refusal(answer)).toEqual({ status: 403, code: 'forbidden' });
      const own = await narrow.api.patch(`/keys/${narrow.id}`, { extension_permissions: { '*': 'write' } });
      expect(refusal(own)).toEqual({ status: 403, code: 'forbidden' });
    });

    it('gives none past an exception among its own either', async () => {
      const own = { '*': 'write', 'ships.*': 'read' };
      const excepted = await aKey(under.admin, { role: 'tenant_admin', extension_permissions: own as never });
      const give = (extension_permissions: object) =>
        excepted.api.post('/keys', { label: 'Given', source: aName('given'), extension_permissions });
      for (const within of [own, { '*': 'read' }, { 'harbour.*': 'write' }, { 'ships.log': 'read' }])
        expect((await give(within)).status).toBe(201);
      for (const wider of [
        { 'ships.log': 'write' },
        { ships: 'write' },
        { '*': 'write' },
        { ...own, 'ships.log.*': 'write' },
      ])
        expect(refusal(await give(wider))).toEqual({ status: 403, code: 'forbidden' });
    });

    it('cannot touch the admins beside it', async () => {
      const beside = await aKey(under.admin, { role: 'tenant_admin' });
      const { body } = await under.admin.get('/keys');
      const admin = body.keys.find((key: { role: string }) => key.role === 'admin');
      expect(refusal(await beside.api.patch(`/keys/${admin.id}`, { label: 'Mine' })).status).toBe(403);
      expect(refusal(await beside.api.delete(`/keys/${admin.id}`)).status).toBe(403);
      expect((await under.admin.get('/keys')).status).toBe(200);
    });
  });

  it('of a member manages no keys', async () => {
    const member = await aKey(owner, { type_permissions: { '*': 'write', 'system.credential': 'write' } });
    const answers = [
      await member.api.get('/keys'),
      await member.api.get(`/keys/${member.id}`),
      await member.api.post('/keys', { label: 'a', source: aName('a') }),
      await member.api.patch(`/keys/${member.id}`, { type_permissions: { '*': 'write' } }),
      await member.api.delete(`/keys/${member.id}`),
    ];
    for (const answer of answers) expect(refusal(answer)).toEqual({ status: 403, code: 'forbidden' });
  });

  it('of another space reads like one that is not there', async () => {
    const other = await aSpace(under.admin);
    const foreign = await aKey(other.api);
    for (const call of [
      (id: string) => owner.get(`/keys/${id}`),
      (id: string) => owner.patch(`/keys/${id}`, { label: 'Mine' }),
      (id: string) => owner.delete(`/keys/${id}`),
    ]) {
      const [theirs, nobodys] = [await call(foreign.id), await call(UNKNOWN_ID)];
      expect(refusal(theirs)).toEqual({ status: 404, code: 'not_found' });
      expect(theirs.body).toEqual(nobodys.body);
    }
    expect((await foreign.api.get('/items')).status).toBe(200);
  });

  it('leaves an audit row when it is made, changed and revoked', async () => {
    const { id } = await aKey(owner, { label: 'Audited' });
    await owner.patch(`/keys/${id}`, { label: 'Renamed' });
    await owner.delete(`/keys/${id}`);
    const rows = await allRows(owner, `/audit?resource_id=${id}`);
    expect(rows.map((row) => [row.action, row.resource_type])).toEqual([
      ['key.revoke', 'key'],
      ['key.update', 'key'],
      ['key.create', 'key'],
    ]);
  });
});

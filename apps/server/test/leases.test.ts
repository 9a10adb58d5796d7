import { TOKEN_PATTERN } from '@withmarfa/shared';
import { type FakeAuthorizationServer, startFakeAuthorizationServer } from '@withmarfa/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Api } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { refusal } from './support/refusal.ts';
import { aKey, aSpace, created } from './support/spaces.ts';
import { connectAccount, installOAuth } from './support/upstream.ts';
import { aTokenConnection } from './support/upstream-connection.ts';
import { openRecord } from './support/webhooks.ts';

const UNKNOWN_ID = '01936d2e-7b7a-7000-8000-00000000dead';

describeServer('Leases', (under) => {
  let authorization: FakeAuthorizationServer;
  beforeAll(async () => {
    authorization = await startFakeAuthorizationServer({ accessTtlSeconds: 1200 });
  });
  afterAll(() => authorization.close());

  async function aLeasing(api?: Api) {
    const own = api ?? (await aSpace(under.admin)).api;
    const { connection_id } = await installOAuth({ admin: under.admin, api: own }, authorization, {
      manifest: { oauth_requirements: { drive: 'leased', calendar: 'proxy' } },
    });
    await connectAccount(own, connection_id);
    return { api: own, id: connection_id, path: `/connections/${connection_id}/lease-token` };
  }
  const validate = async (lease_token: string) =>
    (await under.admin.as(null).post('/lease-tokens/validate', { lease_token })).body;
  const auditOf = async (api: Api, action: string) => (await api.get(`/audit?action=${action}`)).body.data;

  it('hand out a fresh upstream bearer, and a token that is shown once', async () => {
    const { api, id, path } = await aLeasing();
    const before = Date.now();
    const body = created(await api.post(path, { capability_id: 'drive', ttl_seconds: 600, scopes: ['files.read'] }));
    expect(body).toMatchObject({ connection_id: id, capability_id: 'drive', scopes: ['files.read'], revoked_at: null });
    expect(body.lease_token).toMatch(new RegExp(TOKEN_PATTERN));
    expect(body.lease_token).toMatch(/^marfa_lt_/);
    expect(body.upstream).toMatchObject({ token_type: 'Bearer', base_url: `${authorization.url}/api` });
    expect(authorization.isLive(body.upstream.access_token)).toBe(true);
    const ends = Date.parse(body.expires_at);
    expect(ends - Date.parse(body.created_at)).toBe(600_000);
    expect(ends).toBeGreaterThanOrEqual(before + 600_000);

    const { leases } = (await api.get(`/connections/${id}/lease-tokens`)).body;
    expect(leases).toEqual(
      [{ ...body, lease_token: undefined, upstream: undefined }].map(
        ({ lease_token: _token, upstream: _upstream, ...lease }) => lease,
      ),
    );
    expect(await validate(body.lease_token)).toEqual({
      active: true,
      connection_id: id,
      capability_id: 'drive',
      scopes: ['files.read'],
      expires_at: body.expires_at,
    });
  });

  it('answer under their other name as well, and last 15 minutes unless told', async () => {
    const { api, path } = await aLeasing();
    const body = created(await api.post(`${path}s`, { capability_id: 'drive' }));
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(900_000);
  });

  it('end with the bearer that they hand out', async () => {
    const { api, path } = await aLeasing();
    const body = created(await api.post(path, { capability_id: 'drive', ttl_seconds: 3600 }));
    expect(body.expires_at).toBe(body.upstream.expires_at);
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBeLessThanOrEqual(1_200_000);
  });

  it('are kept as a hash alone, and told to the audit log without a secret', async () => {
    const { api, id, path } = await aLeasing();
    const { lease_token, upstream, id: lease_id } = created(await api.post(path, { capability_id: 'drive' }));
    const record = await openRecord(under.profile);
    try {
      const rows = await record.read.selectFrom('leases').selectAll().where('connection_id', '=', id).execute();
      expect(rows).toHaveLength(1);
      expect(JSON.stringify(rows)).not.toContain(lease_token);
      expect(JSON.stringify(rows)).not.toContain(upstream.access_token);
    } finally {
      await record.close();
    }
    const audit = await auditOf(api, 'lease.issue');
    expect(audit).toMatchObject([{ resource_id: id, details: { lease_id, capability_id: 'drive' } }]);
    expect(JSON.stringify(audit)).not.toMatch(/marfa_lt_|canary/);
  });

  it.each(['calendar', 'nothing', '__proto__', 'toString'])('are not given for %s', async (capability_id) => {
    const { api, path } = await aLeasing();
    expect(refusal(await api.post(path, { capability_id }))).toEqual({ status: 422, code: 'capability_not_leased' });
  });

  it('are not given for a static token', async () => {
    const { id, space } = await aTokenConnection(under.admin, 'https://api.example.org');
    expect(refusal(await space.api.post(`/connections/${id}/lease-token`, { capability_id: 'api' }))).toEqual({
      status: 422,
      code: 'capability_not_leased',
    });
  });

  it.each([
    {},
    { capability_id: '' },
    { capability_id: 'drive', ttl_seconds: 0 },
    { capability_id: 'drive', ttl_seconds: 3601 },
  ])('are not given for %j', async (input) => {
    const { api, path } = await aLeasing();
    expect(refusal(await api.post(path, input))).toMatchObject({ status: 400 });
  });

  it('are for the Connection itself and for those who run its space', async () => {
    const { api, id, path } = await aLeasing();
    const input = { capability_id: 'drive' };
    const { api_key } = created(
      await under.admin.post('/system/runtime-credentials', { connection_id: id, label: 'A run', source: 'tests' }),
    );
    const own = under.admin.as(api_key);
    const lease = created(await own.post(path, input));
    expect((await own.get(`/connections/${id}/lease-tokens`)).body.leases).toHaveLength(1);

    const neighbour = await aLeasing(api);
    const stranger = await aSpace(under.admin);
    const member = await aKey(api);
    const revoke = (of: string) => `/connections/${of}/lease-tokens/${lease.id}/revoke`;
    for (const [who, expected] of [
      [stranger.api, { status: 404, code: 'connection_not_found' }],
      [member.api, { status: 403, code: 'forbidden' }],
    ] as const) {
      expect(refusal(await who.post(path, input))).toEqual(expected);
      expect(refusal(await who.get(`/connections/${id}/lease-tokens`))).toEqual(expected);
      expect(refusal(await who.post(revoke(id)))).toEqual(expected);
    }
    expect(refusal(await own.post(neighbour.path, input))).toEqual({ status: 404, code: 'connection_not_found' });
    // A lease belongs to one Connection, whoever asks by way of another.
    expect(refusal(await api.post(revoke(neighbour.id)))).toEqual({ status: 404, code: 'not_found' });
    expect(await validate(lease.lease_token)).toMatchObject({ active: true });
  });

  it('end when they are revoked, as often as that is done', async () => {
    const { api, id, path } = await aLeasing();
    const lease = created(await api.post(path, { capability_id: 'drive' }));
    const revoke = `/connections/${id}/lease-tokens/${lease.id}/revoke`;
    for (let count = 0; count < 2; count += 1) expect((await api.post(revoke)).body).toEqual({ ok: true });
    expect(await validate(lease.lease_token)).toEqual({ active: false });
    expect((await api.get(`/connections/${id}/lease-tokens`)).body.leases).toEqual([]);
    expect(await auditOf(api, 'lease.revoke')).toMatchObject([{ resource_id: id, details: { lease_id: lease.id } }]);
    const unknown = `/connections/${id}/lease-tokens/${UNKNOWN_ID}/revoke`;
    expect(refusal(await api.post(unknown))).toEqual({ status: 404, code: 'not_found' });
  });

  describe('read as nothing to whoever asks', () => {
    it.each(['nonsense', 'marfa_lt_nothing', 'x'.repeat(512)])('when they were never given: %s', async (token) => {
      expect(await validate(token)).toEqual({ active: false });
    });

    it('when their time is over', async () => {
      const { api, path } = await aLeasing();
      const lease = created(await api.post(path, { capability_id: 'drive' }));
      const record = await openRecord(under.profile);
      try {
        await record.write((transaction) =>
          transaction
            .updateTable('leases')
            .set({ expires_at_ms: Date.now() - 1 })
            .where('id', '=', lease.id)
            .execute(),
        );
      } finally {
        await record.close();
      }
      expect(await validate(lease.lease_token)).toEqual({ active: false });
    });

    it('while their Connection is paused, and for ever when it is gone', async () => {
      const { api, id, path } = await aLeasing();
      const lease = created(await api.post(path, { capability_id: 'drive' }));
      await api.post(`/connections/${id}/pause`);
      expect(await validate(lease.lease_token)).toEqual({ active: false });
      expect(refusal(await api.post(path, { capability_id: 'drive' }))).toEqual({ status: 403, code: 'forbidden' });
      await api.post(`/connections/${id}/resume`);
      expect(await validate(lease.lease_token)).toMatchObject({ active: true });
      const { body } = await api.post(`/connections/${id}/uninstall`);
      expect(body.leased_tokens_revoked).toBe(1);
      expect(await validate(lease.lease_token)).toEqual({ active: false });
    });

    it('when their account is lost', async () => {
      const { api, id, path } = await aLeasing();
      const lease = created(await api.post(path, { capability_id: 'drive' }));
      const record = await openRecord(under.profile);
      try {
        await record.write((transaction) =>
          transaction.updateTable('connections').set({ reauth_reason: 'invalid_grant' }).where('id', '=', id).execute(),
        );
      } finally {
        await record.close();
      }
      expect(await validate(lease.lease_token)).toEqual({ active: false });
      expect(refusal(await api.post(path, { capability_id: 'drive' }))).toEqual({
        status: 401,
        code: 'reauth_required',
      });
    });
  });
});

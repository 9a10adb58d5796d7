import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readEnvironment } from '../src/env.ts';
import { openDatabase } from '../src/platform/database/open-database.ts';
import { createLogger } from '../src/platform/logger.ts';
import { type Api, bootstrap } from './support/api.ts';
import { describeServer } from './support/describe-server.ts';
import { allRows, integrationId } from './support/integrations.ts';
import { createProfile, DIALECTS } from './support/profiles.ts';
import {
  aRenewingConnection,
  lasting,
  type RegisteringUpstream,
  startRegisteringUpstream,
  writeRenewingConnector,
} from './support/renewing-connector.ts';
import { aSpace, created } from './support/spaces.ts';
import { startServer, waitFor } from './support/start-server.ts';
import { writeWebhookConnector } from './support/webhook-connector.ts';
import { writeConnector } from './support/write-connector.ts';

const first = await writeRenewingConnector();
const { integrationName: name } = first;
const second = await writeRenewingConnector({ name, version: '1.1.0' });
const deaf = await writeConnector('async () => ({ ok: true })', { changes: { name: `${name}-two` } });
const hearing = await writeRenewingConnector({ name: `${name}-two`, version: '1.1.0' });
const leaving = await writeRenewingConnector({ name: `${name}-three` });
const left = await writeWebhookConnector('hmac-sha256', { name: `${name}-three`, version: '1.1.0' });
const folders = [first, second, deaf, hearing, leaving, left];
afterAll(async () => {
  for (const folder of folders) await folder.dispose();
});
const PATHS = { MARFA_CONNECTORS: folders.map(({ path }) => path).join(',') };

const versionOf = async (api: Api, integration: string, version: string): Promise<string> => {
  const { body } = await api.get(`/integrations?manifest_name=${integration}`);
  return body.data.find(({ manifest_version }: { manifest_version: string }) => manifest_version === version).id;
};
const renewals = async (api: Api, id: string) =>
  (await allRows(api, `/connections/${id}/runs`)).filter(({ trigger }) => trigger === 'renew');
const openRows = async (api: Api, id: string) =>
  (await allRows(api, '/items?type=system.activity')).filter(
    ({ properties, state }) =>
      properties.connection_id === id && state === 'active' && properties.detail?.kind === 'registration_expiring',
  );

describeServer(
  'What a Connection registers at its upstream',
  (under) => {
    let upstream: RegisteringUpstream;
    beforeAll(async () => {
      upstream = await startRegisteringUpstream();
    });
    afterEach(() => upstream.answerWith(lasting(30 * 86_400_000)));
    afterAll(() => upstream.close());

    const here = async (version = '1.0.0') => {
      const { api } = await aSpace(under.admin);
      const connection = await aRenewingConnection(api, await versionOf(api, name, version), upstream);
      return { api, ...connection, hooks: `/connections/${connection.id}/inbound-webhooks` };
    };
    /** Waits until nothing is under way. */
    const settled = (api: Api, id: string, count: number) =>
      waitFor(async () => {
        const runs = await renewals(api, id);
        return runs.length >= count && runs.every(({ status }) => status === 'succeeded') && runs;
      });

    it('is made at its installation, for the address and with the secret that it was shown', async () => {
      const { api, id, inbound } = await here();
      const asked = await upstream.wait(id, 1);
      expect(asked).toMatchObject({
        inbound: { receipt_url: inbound.receipt_url, secret: inbound.secret },
        registrations: [],
      });
      expect(await settled(api, id, 1)).toHaveLength(1);
      expect(JSON.stringify(await renewals(api, id))).not.toContain(inbound.secret);
      const { properties } = (await api.get(`/items/${id}`)).body.item;
      expect(properties.runtime_status).toBe('healthy');
      expect(properties.last_sync_at).toBeUndefined();
    });

    it('is made anew when its secret is rotated, with the new one and what there was', async () => {
      const { api, id, inbound, hooks } = await here();
      await upstream.wait(id, 1);
      await settled(api, id, 1);
      const { body: rotated } = await api.post(`${hooks}/${inbound.id}/rotate`, { overlap_seconds: 3600 });
      const asked = await upstream.wait(id, 2);
      expect(asked.inbound).toEqual({ receipt_url: inbound.receipt_url, secret: rotated.secret });
      expect(asked.registrations).toMatchObject([{ id: 'channel-1', detail: { of: 'a calendar' } }]);
    });

    it('goes when its inbound webhook is disabled, and names the newest one that is not', async () => {
      const { api, id, inbound, hooks } = await here();
      await upstream.wait(id, 1);
      await settled(api, id, 1);
      await api.patch(`${hooks}/${inbound.id}`, { disabled: true });
      expect((await upstream.wait(id, 2)).inbound).toBeNull();
      await settled(api, id, 2);
      const other = created(await api.post(hooks, { events: ['*'] }));
      const asked = await upstream.wait(id, 3);
      expect(asked).toMatchObject({
        inbound: { receipt_url: other.receipt_url, secret: other.secret },
        registrations: [],
      });
      await settled(api, id, 3);
      await api.delete(`${hooks}/${other.id}`);
      expect((await upstream.wait(id, 4)).inbound).toBeNull();
    });

    it('follows the settings', async () => {
      const { api, id } = await here();
      await upstream.wait(id, 1);
      await settled(api, id, 1);
      await api.patch(`/connections/${id}`, { label: 'Another name' });
      await api.patch(`/connections/${id}`, { configuration: { mode: `${upstream.url}/elsewhere` } });
      await upstream.wait(id, 2);
      expect(await settled(api, id, 2)).toHaveLength(2);
    });

    it('is renewed by itself before it ends, again and again', async () => {
      upstream.answerWith(lasting(3000));
      const { api, id } = await here();
      const third = await upstream.wait(id, 3);
      expect(third.registrations).toMatchObject([{ id: 'channel-2' }]);
      expect(await openRows(api, id)).toEqual([]);
    });

    it('is left alone while the Connection is paused, and renewed when it is resumed', async () => {
      const { api, id, inbound, hooks } = await here();
      await upstream.wait(id, 1);
      await settled(api, id, 1);
      await api.post(`/connections/${id}/pause`);
      for (let count = 0; count < 3; count += 1) await api.post(`${hooks}/${inbound.id}/rotate`, {});
      expect(await renewals(api, id)).toMatchObject([{ status: 'queued' }, { status: 'succeeded' }]);
      expect(upstream.asked(id)).toHaveLength(1);
      await api.post(`/connections/${id}/resume`);
      await upstream.wait(id, 2);
      expect(await settled(api, id, 2)).toHaveLength(2);
    });

    it('that cannot be renewed is told of once, until it is', async () => {
      const { api, id, inbound, hooks } = await here();
      await upstream.wait(id, 1);
      await settled(api, id, 1);
      upstream.answerWith(({ inbound: address }) => ({
        ok: false,
        retry: false,
        reason: `no more channels for ${address?.secret}`,
      }));
      for (let count = 2; count <= 3; count += 1) {
        await api.post(`${hooks}/${inbound.id}/rotate`, {});
        await waitFor(
          async () => (await renewals(api, id)).filter(({ status }) => status === 'dead').length === count - 1,
        );
      }
      const [row, ...others] = await openRows(api, id);
      expect(others).toEqual([]);
      expect(row.properties).toMatchObject({
        severity: 'action_required',
        detail: { kind: 'registration_expiring', reason: 'no more channels for [secret]' },
      });
      expect(Date.parse(row.properties.detail.expires_at)).toBeGreaterThan(Date.now());
      expect((await api.get(`/connections/${id}/dlq`)).body.data).toEqual([]);
      expect((await api.get(`/items/${id}`)).body.item.properties.runtime_status).toBe('healthy');
      upstream.answerWith(lasting(3_600_000));
      await api.post(`${hooks}/${inbound.id}/rotate`, {});
      await waitFor(async () => (await openRows(api, id)).length === 0);
    });

    it('stays with an upgrade, which asks the new version to renew it', async () => {
      const { api, id } = await here();
      await upstream.wait(id, 1);
      await settled(api, id, 1);
      expect((await api.post(`/connections/${id}/upgrade`)).status).toBe(200);
      const asked = await upstream.wait(id, 2);
      expect(asked).toMatchObject({ version: '1.1.0', registrations: [{ id: 'channel-1' }] });
    });

    it('begins with an upgrade that brings the trigger, at an inbound webhook of its own', async () => {
      const { api } = await aSpace(under.admin);
      const other = await aRenewingConnection(api, await versionOf(api, `${name}-two`, '1.0.0'), upstream);
      expect(other.inbound).toBeUndefined();
      const approved = await api.post(`/connections/${other.id}/upgrade/approve`, { to_version: '1.1.0' });
      expect(approved.status).toBe(200);
      const asked = await upstream.wait(other.id, 1);
      const { body } = await api.get(`/connections/${other.id}/inbound-webhooks`);
      expect(body.inbound_webhooks).toHaveLength(1);
      expect(asked).toMatchObject({ version: '1.1.0', inbound: { receipt_url: body.inbound_webhooks[0].receipt_url } });
    });

    it('is nobody’s business once the Connection is uninstalled, open rows included', async () => {
      upstream.answerWith(() => ({ ok: false, retry: false, reason: 'no more channels' }));
      const { api, id } = await here();
      await waitFor(async () => (await openRows(api, id)).length === 1);
      await api.post(`/connections/${id}/uninstall`);
      expect(await openRows(api, id)).toEqual([]);
      expect(upstream.asked(id)).toHaveLength(1);
    });

    it('is not asked of a connector without a renew hook', async () => {
      const { api } = await aSpace(under.admin);
      const { id } = await aRenewingConnection(api, await versionOf(api, `${name}-three`, '1.1.0'), upstream);
      expect(await renewals(api, id)).toEqual([]);
    });
  },
  PATHS,
);

describe.each(DIALECTS)('What was registered before a server went down, on %s,', (dialect) => {
  it('is renewed by the next one when its time has passed, and when the server has another address', async () => {
    const profile = await createProfile(dialect);
    const upstream = await startRegisteringUpstream();
    const MARFA_CONNECTORS = [first, leaving, left].map(({ path }) => path).join(',');
    const variables = { ...profile.variables, MARFA_CONNECTORS };
    let server = await startServer(variables);
    const port = { PORT: String(server.port) };
    const admin = await bootstrap(server.url);
    const { id } = await aRenewingConnection(admin, await integrationId(admin, name), upstream);
    await upstream.wait(id, 1);
    await waitFor(async () => (await renewals(admin, id))[0]?.status === 'succeeded');
    const gone = await aRenewingConnection(admin, await versionOf(admin, `${name}-three`, '1.0.0'), upstream);
    await waitFor(async () => (await renewals(admin, gone.id))[0]?.status === 'succeeded');
    expect((await admin.post(`/connections/${gone.id}/upgrade`)).status).toBe(200);
    await server.stop();

    const database = await openDatabase(
      readEnvironment(profile.variables, profile.dataFolder).database,
      createLogger('silent'),
    );
    const stored = await database.read.selectFrom('connection_renewals').selectAll().execute();
    const due = new Map(stored.map(({ connection_id, due_at_ms }) => [connection_id, due_at_ms]));
    expect(due.get(id)).toBeGreaterThan(Date.now());
    // The version that it was upgraded to has no hook.
    expect(due.get(gone.id)).toBeNull();
    const ended = { due_at_ms: Date.now() - 1000 };
    await database.write((transaction) =>
      transaction.updateTable('connection_renewals').set(ended).where('connection_id', '=', id).execute(),
    );
    await database.close();

    server = await startServer({ ...variables, ...port });
    expect((await upstream.wait(id, 2)).registrations).toMatchObject([{ id: 'channel-1' }]);
    await waitFor(async () => (await renewals(admin, id)).every(({ status }) => status === 'succeeded'));
    await server.stop();

    server = await startServer({ ...variables, ...port });
    expect(await renewals(admin, id)).toHaveLength(2);
    await server.stop();
    server = await startServer({ ...variables, ...port, MARFA_AUTH_BASE_URL: 'https://marfa.example' });
    const asked = await upstream.wait(id, 3);
    expect(asked.inbound?.receipt_url).toMatch(/^https:\/\/marfa\.example\/webhooks\/inbound\//);
    await server.stop();
    await upstream.close();
    await profile.dispose();
  }, 120_000);
});

import {
  type FakeAuthorizationServer,
  type FakeGoogleCalendar,
  startFakeAuthorizationServer,
  startFakeGoogleCalendar,
} from '@withmarfa/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { describeServer } from './support/describe-server.ts';
import { allRows, integrationId } from './support/integrations.ts';
import { aSpace, created } from './support/spaces.ts';
import { waitFor } from './support/start-server.ts';
import { anOAuthProvider, connectAccount } from './support/upstream.ts';

const ME = 'me@example.com';
const MONDAY = { start: { date: '2026-03-09' }, end: { date: '2026-03-10' } };

describeServer(
  'Google Calendar with push',
  (under) => {
    let authorization: FakeAuthorizationServer;
    let google: FakeGoogleCalendar;
    beforeEach(async () => {
      authorization = await startFakeAuthorizationServer();
    });
    afterEach(async () => {
      await google.close();
      await authorization.close();
    });

    /** An account that is connected; channels live for as long as Google gives them. */
    async function connected(options: { longestWatchMs?: number } = {}, configuration?: Record<string, unknown>) {
      google = await startFakeGoogleCalendar({
        accept: authorization.isLive,
        now: () => Date.now(),
        allowPlainWatch: true,
        ...options,
      });
      const { api } = await aSpace(under.admin);
      const provider = anOAuthProvider(authorization, { upstream_base_url: google.url });
      const { credential_id } = created(await api.post('/credentials/oauth-provider', provider));
      const { connection_id, inbound_webhook } = created(
        await api.post('/connections/install', {
          integration_id: await integrationId(api, 'google.calendar'),
          credential_ref: credential_id,
          configuration: configuration ?? { inbound_webhook_url: under.server.url },
        }),
      );
      const runs = () => allRows(api, `/connections/${connection_id}/runs`);
      expect(await runs()).toEqual([]);
      await connectAccount(api, connection_id);
      return { api, id: connection_id, inbound: inbound_webhook, runs };
    }
    const order = () =>
      google.requests.filter(({ path }) => /\/(watch|stop)$/.test(path)).map(({ path }) => path.split('/').at(-1));
    const live = () => google.channels().filter(({ stopped, expiration }) => !stopped && expiration > Date.now());

    it('hears of a change at once, at the address that was registered when its account was connected', async () => {
      const { api, inbound, runs } = await connected();
      const [channel] = await waitFor(() => (live().length === 1 ? live() : null));
      expect(channel).toMatchObject({ calendarId: ME, token: inbound.secret });
      expect(channel?.address).toBe(`${under.server.url}${new URL(inbound.receipt_url).pathname}`);
      await waitFor(async () => (await runs()).some(({ trigger }) => trigger === 'webhook'));
      google.putEvent(ME, { id: 'event1', summary: 'High water', ...MONDAY });
      const items = await waitFor(async () => {
        const found = await allRows(api, '/items?type=google.calendar.event');
        return found.length > 0 ? found : null;
      });
      expect(items.map(({ properties }) => properties.title)).toEqual(['High water']);
      await google.settleNotifications();
      expect(google.notifications).toMatchObject([
        { state: 'sync', number: 1, status: 202 },
        { state: 'exists', number: 2, status: 202 },
      ]);
      expect((await runs()).map(({ trigger }) => trigger)).not.toContain('schedule');
    });

    it('has its next channel before the one that ends is stopped, and goes on hearing', async () => {
      const { api, runs } = await connected({ longestWatchMs: 6000 });
      await waitFor(() => order().includes('stop'));
      expect(order().slice(0, 3)).toEqual(['watch', 'watch', 'stop']);
      await waitFor(async () => (await runs()).filter(({ trigger }) => trigger === 'renew').length >= 2);
      google.putEvent(ME, { id: 'event1', summary: 'High water', ...MONDAY });
      await waitFor(async () => (await allRows(api, '/items?type=google.calendar.event')).length === 1);
    });

    it('proves itself with the new secret after a rotation, and with the old one until then', async () => {
      const { api, id, inbound } = await connected();
      await waitFor(() => live().length === 1);
      const path = `/connections/${id}/inbound-webhooks/${inbound.id}/rotate`;
      const { body } = await api.post(path, { overlap_seconds: 3600 });
      await waitFor(() => order().length === 3 && live().length === 1);
      expect(live()[0]?.token).toBe(body.secret);
      await google.settleNotifications();
      expect(google.notifications.map(({ status }) => status)).toEqual([202, 202]);
    });

    it('goes on by its schedule where Google cannot call, with one word about it', async () => {
      const { api, id, runs } = await connected({}, {});
      await waitFor(async () => (await runs()).some(({ status }) => status === 'succeeded'));
      expect(google.channels()).toEqual([]);
      await api.patch(`/connections/${id}`, { configuration: { mode: 'multi' } });
      await waitFor(async () => (await runs()).filter(({ status }) => status === 'succeeded').length === 2);
      const rows = (await allRows(api, '/items?type=system.activity')).map(({ properties }) => properties.severity);
      expect(rows.filter((severity) => severity === 'warning')).toHaveLength(1);
      expect(rows).not.toContain('action_required');
    });
  },
  { MARFA_CONNECTORS: '@withmarfa/connector-google-calendar' },
);

import { RATE_LIMIT } from '@withmarfa/testing';
import { describe, expect, it } from 'vitest';
import { aConnection, anEvent, type Connection, ME } from './support/a-connection.ts';

const DAY_MS = 86_400_000;
const INBOUND = { receipt_url: 'https://marfa.example/webhooks/inbound/1', secret: 'whsec_token' };
const TEAM = 'team@example.com';

const renew = async ({ harness }: Connection, inbound: typeof INBOUND | null = INBOUND) =>
  (await harness.renew(inbound)).result;
const live = ({ google, clock }: Connection) =>
  google.channels().filter(({ stopped, expiration }) => !stopped && expiration > clock.now());
/** What Google sends when something of a channel's calendar has changed. */
const call = ({ harness }: Connection, channelId = '', state = 'exists') =>
  harness.deliverWebhook({ headers: { 'X-Goog-Channel-Id': channelId, 'X-Goog-Resource-State': state } });
const watches = ({ google }: Connection) =>
  google.requests.filter(({ path }) => /\/(watch|stop)$/.test(path)).map(({ path }) => path.split('/').at(-1));

describe('watching calendars', () => {
  it('makes a channel for each calendar that is followed, for six days, with the secret as its token', async () => {
    await using connection = await aConnection({
      configuration: { mode: 'multi' },
      google: { calendars: [{ id: ME }, { id: TEAM }] },
    });
    expect(await renew(connection)).toEqual({ ok: true });
    const channels = live(connection);
    expect(channels.map(({ calendarId }) => calendarId)).toEqual([ME, TEAM]);
    for (const channel of channels)
      expect(channel).toMatchObject({
        address: INBOUND.receipt_url,
        token: INBOUND.secret,
        expiration: connection.clock.now() + 6 * DAY_MS,
      });
    expect(connection.harness.registrations).toEqual(
      channels.map(({ id, expiration, calendarId, resourceId }) => ({
        id,
        expires_at: new Date(expiration).toISOString(),
        detail: { calendar_id: calendarId, resource_id: resourceId },
      })),
    );
    expect(JSON.stringify(connection.harness.registrations)).not.toContain(INBOUND.secret);
  });

  it('makes new channels before it stops the old ones', async () => {
    await using connection = await aConnection();
    await renew(connection);
    const [old] = live(connection);
    connection.clock.advance(5 * DAY_MS);
    await renew(connection);
    expect(watches(connection)).toEqual(['watch', 'watch', 'stop']);
    expect(live(connection)).toHaveLength(1);
    expect(live(connection)[0]?.id).not.toBe(old?.id);
    expect(connection.harness.registrations.map(({ id }) => id)).toEqual(live(connection).map(({ id }) => id));
  });

  it('goes on when the old ones are gone already', async () => {
    await using connection = await aConnection();
    await renew(connection);
    connection.clock.advance(7 * DAY_MS);
    expect(await renew(connection)).toEqual({ ok: true });
    expect(live(connection)).toHaveLength(1);
  });

  it('leaves the old ones when a new one cannot be made for now, and none beside them', async () => {
    await using connection = await aConnection({
      configuration: { mode: 'multi' },
      google: { calendars: [{ id: ME }, { id: TEAM }] },
    });
    await renew(connection);
    const before = live(connection);
    connection.google.failNext(RATE_LIMIT, ({ path }) => path.includes('team') && path.endsWith('/watch'));
    expect(await renew(connection)).toMatchObject({ ok: false, retry: true, retry_after_seconds: 60 });
    expect(live(connection)).toEqual(before);
    expect(connection.harness.registrations.map(({ id }) => id)).toEqual(before.map(({ id }) => id));
  });

  it('stops everything when nothing is received any more', async () => {
    await using connection = await aConnection();
    await renew(connection);
    expect(await renew(connection, null)).toEqual({ ok: true });
    expect(live(connection)).toEqual([]);
    expect(connection.harness.registrations).toEqual([]);
    expect(connection.harness.activities).toEqual([]);
  });

  it('passes over calendars that cannot be watched, and says so once', async () => {
    await using connection = await aConnection({
      configuration: { mode: 'multi' },
      google: { calendars: [{ id: ME }, { id: 'holidays', pushes: false }] },
    });
    for (let round = 0; round < 2; round += 1) expect(await renew(connection)).toEqual({ ok: true });
    expect(live(connection).map(({ calendarId }) => calendarId)).toEqual([ME]);
    expect(connection.harness.activities).toMatchObject([{ severity: 'warning', detail: { calendars: ['holidays'] } }]);
  });

  it.each(['http://marfa.example/hook', 'https://localhost:8600/hook', 'https://127.0.0.1/hook'])(
    'goes on by the schedule at %s, which Google cannot call, and says so once',
    async (receipt_url) => {
      await using connection = await aConnection();
      for (let round = 0; round < 3; round += 1)
        expect(await renew(connection, { ...INBOUND, receipt_url })).toEqual({ ok: true });
      expect(connection.google.channels()).toEqual([]);
      expect(connection.harness.activities).toMatchObject([{ severity: 'warning', detail: { address: receipt_url } }]);
      expect(await renew(connection)).toEqual({ ok: true });
      expect(live(connection)).toHaveLength(1);
    },
  );

  it('goes on by the schedule when Google does not take the address that a person gave', async () => {
    await using connection = await aConnection({ configuration: { inbound_webhook_url: 'http://tunnel.example' } });
    expect(await renew(connection)).toEqual({ ok: true });
    expect(live(connection)).toEqual([]);
    expect(connection.harness.activities).toMatchObject([
      { severity: 'warning', detail: { address: 'http://tunnel.example/webhooks/inbound/1' } },
    ]);
  });

  it.each([
    ['https://tunnel.example', 'https://tunnel.example/webhooks/inbound/1'],
    ['https://tunnel.example/hook?x=1', 'https://tunnel.example/hook?x=1'],
  ])('is asked for at %s when a person says so', async (inbound_webhook_url, address) => {
    await using connection = await aConnection({ configuration: { inbound_webhook_url } });
    await renew(connection, { ...INBOUND, receipt_url: 'http://localhost:8600/webhooks/inbound/1' });
    expect(live(connection)).toMatchObject([{ address }]);
  });
});

describe('a call of Google', () => {
  it('has the calendar of its channel read, and no other', async () => {
    await using connection = await aConnection({
      configuration: { mode: 'multi' },
      google: { calendars: [{ id: ME }, { id: TEAM }] },
    });
    await connection.sync();
    await renew(connection);
    connection.google.putEvent(ME, anEvent('mine1'));
    connection.google.putEvent(TEAM, anEvent('ours1'));
    const channel = live(connection).find(({ calendarId }) => calendarId === TEAM);
    expect((await call(connection, channel?.id)).result).toEqual({ ok: true });
    expect(connection.titles()).toEqual(['Event ours1']);
    await connection.sync();
    expect(connection.titles()).toEqual(['Event mine1', 'Event ours1']);
  });

  it('that says no more than that its channel is there reads nothing', async () => {
    await using connection = await aConnection();
    await renew(connection);
    connection.google.putEvent(ME, anEvent('mine1'));
    const asked = connection.google.requests.length;
    expect((await call(connection, live(connection)[0]?.id, 'sync')).result).toEqual({ ok: true });
    expect(connection.google.requests).toHaveLength(asked);
  });

  it('over a channel that was stopped is left', async () => {
    await using connection = await aConnection();
    await renew(connection);
    const [old] = live(connection);
    await renew(connection);
    connection.google.putEvent(ME, anEvent('mine1'));
    const asked = connection.google.requests.length;
    expect((await call(connection, old?.id)).result).toEqual({ ok: true });
    expect(connection.google.requests).toHaveLength(asked);
  });

  it('is tried again when Google limits', async () => {
    await using connection = await aConnection();
    await renew(connection);
    connection.google.failNext(RATE_LIMIT);
    expect((await call(connection, live(connection)[0]?.id)).result).toMatchObject({ ok: false, retry: true });
  });
});

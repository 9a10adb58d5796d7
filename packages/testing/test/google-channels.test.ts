import { type FakeGoogleCalendar, type FakeGoogleCalendarOptions, startFakeGoogleCalendar } from '@withmarfa/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { startFakeServer } from '../src/start-fake-server.ts';

const CALENDAR = 'me@example.com';
const HOUR = { start: { dateTime: '2026-03-02T09:00:00+01:00' }, end: { dateTime: '2026-03-02T10:00:00+01:00' } };
const WEEK_MS = 7 * 86_400_000;
const NOON_MS = Date.UTC(2026, 2, 2, 12);

let google: FakeGoogleCalendar;
let closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing) await close();
  closing = [];
});

async function aGoogle(options: FakeGoogleCalendarOptions = {}) {
  google = await startFakeGoogleCalendar({ now: () => NOON_MS, allowPlainWatch: true, ...options });
  closing.push(() => google.close());
}

/** Whoever is called; answers 200. */
async function aListener() {
  const heard: Record<string, unknown>[] = [];
  const server = await startFakeServer((request, response) => {
    heard.push(request.headers);
    response.writeHead(200).end();
  });
  closing.push(() => server.close());
  return { url: server.url, heard };
}

async function call(path: string, body: unknown) {
  const response = await fetch(`${google.url}${path}`, {
    method: 'POST',
    headers: { authorization: 'Bearer good' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(text) };
}
const watch = (body: Record<string, unknown>, calendar = 'primary') =>
  call(`/calendars/${calendar}/events/watch`, { type: 'web_hook', ...body });
const reasonOf = ({ body }: { body: { error: { errors: { reason: string }[] } } }) => body.error.errors[0]?.reason;

describe('the fake Google Calendar: watch channels', () => {
  it('tell of themselves first, then of each change, with the token and a rising number', async () => {
    await aGoogle();
    const { url, heard } = await aListener();
    const made = await watch({ id: 'channel-1', address: url, token: 'a token', expiration: String(NOON_MS + 1000) });
    expect(made).toMatchObject({
      status: 200,
      body: { kind: 'api#channel', id: 'channel-1', token: 'a token', expiration: String(NOON_MS + 1000) },
    });
    google.putEvent(CALENDAR, { id: 'event1', ...HOUR });
    google.removeEvent(CALENDAR, 'event1');
    await google.settleNotifications();
    expect(heard.map((headers) => [headers['x-goog-resource-state'], headers['x-goog-message-number']])).toEqual([
      ['sync', '1'],
      ['exists', '2'],
      ['exists', '3'],
    ]);
    expect(heard[0]).toMatchObject({
      'x-goog-channel-id': 'channel-1',
      'x-goog-channel-token': 'a token',
      'x-goog-resource-id': made.body.resourceId,
      'x-goog-resource-uri': expect.stringContaining('/calendars/me%40example.com/events'),
    });
    expect(google.notifications.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('live for a week at the most, and are silent afterwards', async () => {
    let now = NOON_MS;
    await aGoogle({ now: () => now });
    const { url } = await aListener();
    await watch({ id: 'long', address: url, expiration: String(NOON_MS + 2 * WEEK_MS) });
    expect(google.channels()).toMatchObject([{ id: 'long', expiration: NOON_MS + WEEK_MS }]);
    now += WEEK_MS;
    google.putEvent(CALENDAR, { id: 'event1', ...HOUR });
    expect(google.notifications).toHaveLength(1);
  });

  it('are stopped once, by their id and the id of what they watch', async () => {
    await aGoogle();
    const { url } = await aListener();
    const { resourceId } = (await watch({ id: 'channel-1', address: url })).body;
    expect((await call('/channels/stop', { id: 'channel-1', resourceId: 'another' })).status).toBe(404);
    expect((await call('/channels/stop', { id: 'unknown', resourceId })).status).toBe(404);
    expect((await call('/channels/stop', { id: 'channel-1', resourceId })).status).toBe(204);
    expect((await call('/channels/stop', { id: 'channel-1', resourceId })).status).toBe(404);
    google.putEvent(CALENDAR, { id: 'event1', ...HOUR });
    expect(google.notifications).toHaveLength(1);
  });

  it('tell of their own calendar alone, and those of nobody stop no other', async () => {
    await aGoogle({ calendars: [{ id: CALENDAR }, { id: 'team' }] });
    const { url, heard } = await aListener();
    const gone = await startFakeServer(() => undefined);
    await gone.close();
    await watch({ id: 'nobody', address: gone.url });
    await watch({ id: 'mine', address: url });
    await watch({ id: 'team', address: url }, 'team');
    google.putEvent('team', { id: 'event1', ...HOUR });
    await google.settleNotifications();
    expect(heard.map((headers) => headers['x-goog-channel-id'])).toEqual(['mine', 'team', 'team']);
    expect(google.notifications[0]).toMatchObject({ channelId: 'nobody', status: 0 });
  });

  it('are refused as Google refuses them', async () => {
    await aGoogle({ allowPlainWatch: false, calendars: [{ id: CALENDAR }, { id: 'holidays', pushes: false }] });
    const address = 'https://marfa.invalid/hook';
    expect(reasonOf(await watch({ id: 'a', address: 'http://marfa.invalid/hook' }))).toMatch(/webhookUrlNotHttps/);
    expect((await watch({ id: 'with space', address })).status).toBe(400);
    expect((await watch({ id: 'a' })).status).toBe(400);
    expect(reasonOf(await watch({ id: 'a', address }, 'holidays'))).toBe('pushNotSupportedForRequestedResource');
    expect((await watch({ id: 'a', address }, 'nowhere')).status).toBe(404);
    expect(google.channels()).toEqual([]);
    expect((await watch({ id: 'a', address })).status).toBe(200);
    expect(reasonOf(await watch({ id: 'a', address }))).toBe('channelIdNotUnique');
  });
});

import { type FakeGoogleCalendar, QUOTA, RATE_LIMIT, startFakeGoogleCalendar } from '@withmarfa/testing';
import { afterEach, describe, expect, it } from 'vitest';

const CALENDAR = 'me@example.com';
const HOUR = { start: { dateTime: '2026-03-02T09:00:00+01:00' }, end: { dateTime: '2026-03-02T10:00:00+01:00' } };
const SERIES = {
  id: 'series1',
  summary: 'Stand-up',
  start: { dateTime: '2026-03-02T09:00:00+01:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2026-03-02T09:15:00+01:00', timeZone: 'Europe/Berlin' },
  recurrence: ['RRULE:FREQ=DAILY'],
};

let google: FakeGoogleCalendar;
afterEach(() => google.close());

async function call(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${google.url}${path}`, {
    method,
    headers: { authorization: 'Bearer good', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: text === '' ? null : JSON.parse(text) };
}
const list = (query = '', calendar = CALENDAR) => call('GET', `/calendars/${calendar}/events?${query}`);
const reasonOf = ({ body }: { body: { error: { errors: { reason: string }[] } } }) => body.error.errors[0]?.reason;
const idsOf = ({ body }: { body: { items: { id: string }[] } }) => body.items.map(({ id }) => id);

describe('the fake Google Calendar: listing', () => {
  it('gives pages, and a sync token on the last one alone', async () => {
    google = await startFakeGoogleCalendar();
    for (const id of ['event1', 'event2', 'event3']) google.putEvent(CALENDAR, { id, ...HOUR });
    const first = await list('maxResults=2');
    expect(idsOf(first)).toEqual(['event1', 'event2']);
    expect(first.body).not.toHaveProperty('nextSyncToken');
    const second = await list(`maxResults=2&pageToken=${first.body.nextPageToken}`);
    expect(idsOf(second)).toEqual(['event3']);
    expect(second.body.nextSyncToken).toEqual(expect.any(String));
    expect(second.body).not.toHaveProperty('nextPageToken');
  });

  it('tells with a sync token what changed since, deletions by their id', async () => {
    google = await startFakeGoogleCalendar();
    google.putEvent(CALENDAR, { id: 'event1', ...HOUR });
    google.putEvent(CALENDAR, { id: 'event2', ...HOUR });
    const { nextSyncToken } = (await list()).body;
    google.removeEvent(CALENDAR, 'event2');
    google.putEvent(CALENDAR, { id: 'event3', ...HOUR });
    const { items, nextSyncToken: next } = (await list(`syncToken=${nextSyncToken}`)).body;
    expect(items).toMatchObject([{ id: 'event2', status: 'cancelled' }, { id: 'event3' }]);
    expect(items[0]).not.toHaveProperty('start');
    expect(idsOf(await list(`syncToken=${next}`))).toEqual([]);
  });

  it('leaves what changes between two pages to the next sync', async () => {
    google = await startFakeGoogleCalendar({ largestPage: 1 });
    for (const id of ['event1', 'event2']) google.putEvent(CALENDAR, { id, ...HOUR });
    const first = await list();
    google.putEvent(CALENDAR, { id: 'event2', ...HOUR, summary: 'moved' });
    const second = await list(`pageToken=${first.body.nextPageToken}`);
    expect(idsOf(second)).toEqual([]);
    expect(idsOf(await list(`syncToken=${second.body.nextSyncToken}`))).toEqual(['event2']);
  });

  it('refuses a sync token that has expired or is none, and one beside a filter', async () => {
    google = await startFakeGoogleCalendar();
    const { nextSyncToken } = (await list()).body;
    const filtered = await list(`syncToken=${nextSyncToken}&timeMin=2026-01-01T00:00:00Z`);
    expect([filtered.status, reasonOf(filtered)]).toEqual([400, 'syncTokenWithRequestRestrictions']);
    google.expireSyncTokens();
    const expired = await list(`syncToken=${nextSyncToken}`);
    expect([expired.status, reasonOf(expired)]).toEqual([410, 'fullSyncRequired']);
    expect((await list('syncToken=nonsense')).status).toBe(410);
    const fresh = (await list()).body.nextSyncToken;
    expect((await list(`syncToken=${fresh}`)).status).toBe(200);
  });

  it('shows deleted events when asked, and always the instance that a living series leaves out', async () => {
    google = await startFakeGoogleCalendar();
    google.putEvent(CALENDAR, SERIES);
    google.putEvent(CALENDAR, { id: 'event1', ...HOUR });
    google.removeEvent(CALENDAR, 'event1');
    google.removeEvent(CALENDAR, 'series1_20260303T080000Z');
    const { items } = (await list()).body;
    expect(items).toMatchObject([
      { id: 'series1' },
      {
        id: 'series1_20260303T080000Z',
        status: 'cancelled',
        recurringEventId: 'series1',
        originalStartTime: { dateTime: '2026-03-03T08:00:00Z' },
      },
    ]);
    expect(idsOf(await list('showDeleted=true'))).toContain('event1');
  });

  it('leaves out what was over before timeMin', async () => {
    google = await startFakeGoogleCalendar();
    google.putEvent(CALENDAR, { id: 'event1', ...HOUR });
    google.putEvent(CALENDAR, SERIES);
    expect(idsOf(await list('timeMin=2026-03-02T09:00:00Z'))).toEqual(['series1']);
  });

  it('lists calendars, of which one is primary', async () => {
    google = await startFakeGoogleCalendar({ calendars: [{ id: CALENDAR }, { id: 'team', accessRole: 'reader' }] });
    const first = await call('GET', '/users/me/calendarList?maxResults=1');
    expect(first.body.items).toMatchObject([{ id: CALENDAR, primary: true, accessRole: 'owner' }]);
    const second = await call('GET', `/users/me/calendarList?pageToken=${first.body.nextPageToken}`);
    expect(idsOf(second)).toEqual(['team']);
    expect((await list('', 'primary')).body.summary).toBe(CALENDAR);
    expect((await list('', 'nowhere')).status).toBe(404);
  });
});

describe('the fake Google Calendar: writing', () => {
  const insert = (body: unknown, calendar = 'primary') => call('POST', `/calendars/${calendar}/events`, body);

  it('takes an id that the client brings, once, also after the event is deleted', async () => {
    google = await startFakeGoogleCalendar();
    expect((await insert({ id: 'abc0123', ...HOUR })).body).toMatchObject({ id: 'abc0123', status: 'confirmed' });
    google.removeEvent(CALENDAR, 'abc0123');
    const again = await insert({ id: 'abc0123', ...HOUR });
    expect([again.status, reasonOf(again)]).toEqual([409, 'duplicate']);
    expect((await call('GET', '/calendars/primary/events/abc0123')).body.status).toBe('cancelled');
  });

  it.for(['abcd', 'ABCDE', 'wxyz0', 'with-dash', 'a'.repeat(1025)])('refuses the id %s', async (id) => {
    google = await startFakeGoogleCalendar();
    expect((await insert({ id, ...HOUR })).status).toBe(400);
  });

  it.for([
    { start: HOUR.start },
    { end: HOUR.end },
    { start: { date: '2026-03-02' }, end: HOUR.end },
    { start: { dateTime: '2026-03-02T09:00:00' }, end: HOUR.end },
    { ...HOUR, recurrence: ['RRULE:FREQ=DAILY'] },
    { start: { date: 'soon' }, end: { date: 'later' } },
  ])('refuses times that say too little: %j', async (body) => {
    google = await startFakeGoogleCalendar();
    expect((await insert(body)).status).toBe(400);
  });

  it('patches part by part and gives a new etag; a stale one is refused', async () => {
    google = await startFakeGoogleCalendar();
    const { etag } = google.putEvent(CALENDAR, { id: 'event1', ...HOUR, summary: 'Tea', location: 'Here' });
    const path = '/calendars/primary/events/event1';
    const patched = await call('PATCH', path, { summary: 'Coffee', location: null }, { 'if-match': etag });
    expect(patched.body).toMatchObject({ summary: 'Coffee', start: HOUR.start });
    expect(patched.body).not.toHaveProperty('location');
    expect(patched.body.etag).not.toBe(etag);
    const stale = await call('PATCH', path, { summary: 'Water' }, { 'if-match': etag });
    expect([stale.status, reasonOf(stale)]).toEqual([412, 'conditionNotMet']);
    expect((await call('PUT', path, HOUR)).body).not.toHaveProperty('summary');
  });

  it('deletes once, and a series with its exceptions', async () => {
    google = await startFakeGoogleCalendar();
    google.putEvent(CALENDAR, SERIES);
    await call('PATCH', '/calendars/primary/events/series1_20260304T080000Z', { summary: 'Late' });
    expect(google.event(CALENDAR, 'series1_20260304T080000Z')).toMatchObject({ recurringEventId: 'series1' });
    const path = '/calendars/primary/events/series1';
    expect(await call('DELETE', path)).toMatchObject({ status: 204, text: '' });
    const again = await call('DELETE', path);
    expect([again.status, reasonOf(again)]).toEqual([410, 'deleted']);
    expect(google.events(CALENDAR)).toEqual([]);
  });

  it('refuses to write into a calendar that is only read', async () => {
    google = await startFakeGoogleCalendar({ calendars: [{ id: CALENDAR, accessRole: 'reader' }] });
    expect(reasonOf(await insert(HOUR))).toBe('requiredAccessLevel');
  });
});

describe('the fake Google Calendar: going wrong', () => {
  it('refuses a bearer that is not accepted, as Google words it', async () => {
    google = await startFakeGoogleCalendar({ accept: (token) => token === 'good' });
    expect((await list()).status).toBe(200);
    const refused = await call('GET', '/users/me/calendarList', undefined, { authorization: 'Bearer old' });
    expect([refused.status, reasonOf(refused)]).toEqual([401, 'authError']);
    expect(refused.headers.get('www-authenticate')).toContain('invalid_token');
  });

  it('fails the next fitting request, and the ones after it no more', async () => {
    google = await startFakeGoogleCalendar();
    google.failNext({ ...RATE_LIMIT, headers: { 'retry-after': '7' } }, ({ method }) => method === 'GET');
    google.failNext(QUOTA);
    expect(reasonOf(await call('POST', '/calendars/primary/events', HOUR))).toBe('quotaExceeded');
    const limited = await list();
    expect([limited.status, reasonOf(limited)]).toEqual([403, 'rateLimitExceeded']);
    expect(limited.headers.get('retry-after')).toBe('7');
    expect((await list()).status).toBe(200);
  });

  it('answers with half an answer, none, a web page or text that is no JSON', async () => {
    google = await startFakeGoogleCalendar();
    const text = async () =>
      (await fetch(`${google.url}/calendars/primary/events`, { headers: { authorization: 'Bearer x' } })).text();
    google.failNext('truncated');
    const half = await text();
    expect(() => JSON.parse(half) as unknown).toThrow(SyntaxError);
    google.failNext('empty');
    expect(await text()).toBe('');
    google.failNext({ status: 502, body: 'html' });
    expect(await text()).toContain('<!DOCTYPE html>');
    google.failNext('garbage');
    expect(await text()).toMatch(/^\)]}'/);
  });

  it('cuts a connection off before or after the work is done', async () => {
    google = await startFakeGoogleCalendar();
    google.failNext('cut off');
    await expect(call('POST', '/calendars/primary/events', HOUR)).rejects.toThrow();
    expect(google.events(CALENDAR)).toEqual([]);
    google.failNext('done, then cut off');
    await expect(call('POST', '/calendars/primary/events', HOUR)).rejects.toThrow();
    expect(google.events(CALENDAR)).toHaveLength(1);
  });

  it('holds back half of a body until it is let go', async () => {
    google = await startFakeGoogleCalendar();
    const release = google.holdNext();
    const response = await fetch(`${google.url}/calendars/primary/events`, { headers: { authorization: 'Bearer x' } });
    const reader = response.body?.getReader();
    expect((await reader?.read())?.value?.length).toBeGreaterThan(10);
    release();
    expect((await reader?.read())?.value?.length).toBeGreaterThan(10);
  });

  it('records what was asked', async () => {
    google = await startFakeGoogleCalendar();
    await list('maxResults=3');
    expect(google.requests).toMatchObject([{ method: 'GET', path: `/calendar/v3/calendars/${CALENDAR}/events` }]);
    expect(google.requests[0]?.query.get('maxResults')).toBe('3');
  });
});

import { describe, expect, it } from 'vitest';
import { aConnection, anEvent, ME } from './support/a-connection.ts';

const MINUTES_MS = 60_000;

const cursorOf = ({ harness }: { harness: { cursor: Record<string, unknown> } }) =>
  harness.cursor.main as { calendars: Record<string, { sync_token?: string; page_token?: string }> };

describe('the first sync', () => {
  it('makes an item of every event, over several pages', async () => {
    await using connection = await aConnection({ google: { largestPage: 2 } });
    for (const id of ['one11', 'two22', 'three3', 'four4', 'five5']) connection.google.putEvent(ME, anEvent(id));
    expect(await connection.sync()).toEqual({ ok: true });
    expect(connection.titles()).toHaveLength(5);
    expect(connection.itemOf('one11')).toMatchObject({
      type: 'google.calendar.event',
      source_id: `${ME}/one11`,
      state: 'active',
      properties: {
        title: 'Event one11',
        starts_at: '2026-03-09T09:00:00+01:00',
        ends_at: '2026-03-09T10:00:00+01:00',
        timezone: 'Europe/Berlin',
        all_day: false,
        status: 'confirmed',
        etag: connection.google.event(ME, 'one11')?.etag,
        html_link: expect.stringContaining('https://www.google.com/calendar/event'),
      },
    });
    expect(cursorOf(connection).calendars[ME]?.sync_token).toEqual(expect.any(String));
    expect(connection.harness.activities).toEqual([]);
  });

  it('keeps core events when the settings say so, with their address', async () => {
    await using connection = await aConnection({ configuration: { target_type: 'core.event' } });
    connection.google.putEvent(ME, anEvent('one11', { location: 'Here', attendees: [{ email: 'a@example.com' }] }));
    await connection.sync();
    const { type, properties } = connection.itemOf('one11');
    expect(type).toBe('core.event');
    expect(properties).toMatchObject({ place: 'Here', url: properties.html_link });
    expect(properties).not.toHaveProperty('attendees');
  });

  it('goes on at the page where the last run stopped, and the other calendars do not wait', async () => {
    await using connection = await aConnection({
      maxPages: 3,
      configuration: { mode: 'multi' },
      google: { largestPage: 1, calendars: [{ id: ME }, { id: 'team@example.com' }] },
    });
    for (const id of ['one11', 'two22', 'three3', 'four4']) connection.google.putEvent(ME, anEvent(id));
    connection.google.putEvent('team@example.com', anEvent('team1'));
    await connection.sync();
    expect(connection.titles()).toEqual(['Event one11', 'Event team1', 'Event two22']);
    expect(cursorOf(connection).calendars[ME]?.page_token).toEqual(expect.any(String));
    await connection.sync();
    await connection.sync();
    expect(connection.titles()).toHaveLength(5);
    expect(cursorOf(connection).calendars[ME]).toEqual({ sync_token: expect.any(String) });
  });

  it('doubles nothing when its process dies at the end', async () => {
    await using connection = await aConnection();
    connection.google.putEvent(ME, anEvent('one11'));
    await connection.harness.runSchedule({ crashAtEnd: true });
    expect(connection.harness.cursor).toEqual({});
    await connection.sync();
    expect(connection.titles()).toEqual(['Event one11']);
  });
});

describe('a later sync', () => {
  it('asks for changes alone, and writes them', async () => {
    await using connection = await aConnection();
    const { google } = connection;
    google.putEvent(ME, anEvent('one11', { location: 'Here', description: 'Long' }));
    google.putEvent(ME, anEvent('two22'));
    await connection.sync();
    const before = connection.itemOf('two22');
    google.putEvent(ME, anEvent('one11', { summary: 'Moved', location: 'There' }));
    google.putEvent(ME, anEvent('six666'));
    await connection.sync();
    expect(connection.titles()).toEqual(['Event six666', 'Event two22', 'Moved']);
    const { properties } = connection.itemOf('one11');
    expect(properties).toMatchObject({ place: 'There', etag: google.event(ME, 'one11')?.etag });
    expect(properties).not.toHaveProperty('description');
    expect(connection.itemOf('two22')).toEqual(before);
    expect(google.requests.at(-1)?.query.get('syncToken')).toEqual(expect.any(String));
  });

  it('writes nothing when nothing changed', async () => {
    await using connection = await aConnection();
    connection.google.putEvent(ME, anEvent('one11'));
    await connection.sync();
    const before = connection.itemOf('one11');
    await connection.sync();
    connection.google.expireSyncTokens();
    await connection.sync();
    expect(connection.itemOf('one11').version).toBe(before.version);
  });

  it('moves the items of deleted events to the trash, once', async () => {
    await using connection = await aConnection();
    for (const id of ['one11', 'two22']) connection.google.putEvent(ME, anEvent(id));
    await connection.sync();
    const { id } = connection.itemOf('one11');
    connection.google.removeEvent(ME, 'one11');
    expect(await connection.sync()).toEqual({ ok: true });
    expect(connection.titles()).toEqual(['Event two22']);
    expect(connection.harness.space.getItem(id)?.state).toBe('trashed');
    connection.google.removeEvent(ME, 'two22');
    connection.harness.space.transitionItem(connection.itemOf('two22').id, 'trashed');
    expect(await connection.sync()).toEqual({ ok: true });
  });

  it('lists everything again when its token has expired: nothing is doubled, and deletions are seen', async () => {
    await using connection = await aConnection({ google: { largestPage: 2 } });
    for (const id of ['one11', 'two22', 'three3']) connection.google.putEvent(ME, anEvent(id));
    await connection.sync();
    const ids = connection.harness.items.map(({ id }) => id);
    connection.google.expireSyncTokens();
    connection.google.removeEvent(ME, 'two22');
    connection.google.putEvent(ME, anEvent('three3', { summary: 'Changed' }));
    expect(await connection.sync()).toEqual({ ok: true });
    expect(connection.titles()).toEqual(['Changed', 'Event one11']);
    expect(connection.harness.items.map(({ id }) => id)).toEqual(ids);
    expect(connection.harness.activities).toEqual([]);
  });

  it('goes on from the old token when a last page brings none', async () => {
    await using connection = await aConnection();
    connection.google.putEvent(ME, anEvent('one11'));
    await connection.sync();
    const before = cursorOf(connection).calendars;
    connection.harness.intercept((request) => (request.url.includes('/events?') ? Response.json({}) : undefined));
    expect(await connection.sync()).toEqual({ ok: true });
    expect(cursorOf(connection).calendars).toEqual(before);
  });

  it('begins a listing anew when its page token is not taken any more', async () => {
    await using connection = await aConnection({ maxPages: 1, google: { largestPage: 1 } });
    for (const id of ['one11', 'two22']) connection.google.putEvent(ME, anEvent(id));
    await connection.sync();
    cursorOf(connection).calendars[ME] = { page_token: 'of-last-year' };
    await connection.sync();
    await connection.sync();
    await connection.sync();
    expect(connection.titles()).toHaveLength(2);
  });

  it('keeps an event that is deleted here and not yet there in the trash, unless it is changed there', async () => {
    await using connection = await aConnection();
    connection.google.putEvent(ME, anEvent('one11'));
    await connection.sync();
    const { id } = connection.itemOf('one11');
    connection.harness.space.transitionItem(id, 'trashed');
    connection.google.expireSyncTokens();
    await connection.sync();
    expect(connection.titles()).toEqual([]);
    connection.google.putEvent(ME, anEvent('one11', { summary: 'Wanted' }));
    await connection.sync();
    expect(connection.itemOf('one11')).toMatchObject({ id, properties: { title: 'Wanted' } });
  });

  it('leaves what was changed here, and is on its way, as it is; the rest it takes', async () => {
    await using connection = await aConnection();
    connection.google.putEvent(ME, anEvent('one11', { location: 'Here' }));
    await connection.sync();
    const { id } = connection.itemOf('one11');
    connection.clock.advance(MINUTES_MS);
    connection.harness.space.updateItem(id, { properties: { title: 'Mine' } });
    connection.google.putEvent(ME, anEvent('one11', { location: 'There' }));
    await connection.sync();
    expect(connection.itemOf('one11').properties).toMatchObject({ title: 'Mine', place: 'There' });
    await connection.drain();
    expect(connection.google.event(ME, 'one11')).toMatchObject({ summary: 'Mine', location: 'There' });
  });

  it('takes the later of two changes of the same part', async () => {
    await using connection = await aConnection();
    connection.google.putEvent(ME, anEvent('one11'));
    await connection.sync();
    const { id } = connection.itemOf('one11');
    connection.harness.space.updateItem(id, { properties: { title: 'Mine' } });
    connection.clock.advance(MINUTES_MS);
    connection.google.putEvent(ME, anEvent('one11', { summary: 'Theirs' }));
    await connection.sync();
    await connection.drain();
    expect(connection.itemOf('one11').properties.title).toBe('Theirs');
    expect(connection.google.event(ME, 'one11')?.summary).toBe('Theirs');
  });
});

describe('kinds of events', () => {
  it('keeps a series as one item with its rules verbatim, and each exception as an item of its own', async () => {
    await using connection = await aConnection();
    const { google } = connection;
    const recurrence = ['RRULE:FREQ=WEEKLY;BYDAY=MO;COUNT=10', 'EXDATE;TZID=Europe/Berlin:20260316T090000'];
    google.putEvent(ME, anEvent('series1', { recurrence }));
    const id = 'series1_20260323T080000Z';
    const originalStartTime = { dateTime: '2026-03-23T09:00:00+01:00', timeZone: 'Europe/Berlin' };
    google.putEvent(ME, anEvent(id, { recurringEventId: 'series1', originalStartTime, summary: 'Later' }));
    google.removeEvent(ME, 'series1_20260330T070000Z');
    await connection.sync();
    expect(connection.titles()).toEqual(['Event series1', 'Later']);
    expect(connection.itemOf('series1').properties).toMatchObject({
      recurrence,
      excluded_starts: ['2026-03-30T07:00:00Z'],
    });
    expect(connection.itemOf(id).properties).toMatchObject({
      recurring_event_id: 'series1',
      original_starts_at: '2026-03-23T09:00:00+01:00',
    });
    google.removeEvent(ME, id);
    await connection.sync();
    expect(connection.titles()).toEqual(['Event series1']);
    expect(connection.itemOf('series1').properties.excluded_starts).toEqual([
      '2026-03-30T07:00:00Z',
      '2026-03-23T09:00:00+01:00',
    ]);
    const { version } = connection.itemOf('series1');
    google.expireSyncTokens();
    await connection.sync();
    expect(connection.itemOf('series1').version).toBe(version);
    google.removeEvent(ME, 'series1');
    await connection.sync();
    expect(connection.titles()).toEqual([]);
  });

  it('keeps days as days and moments with their zone', async () => {
    await using connection = await aConnection();
    connection.google.putEvent(ME, {
      id: 'days1',
      summary: 'Trip',
      start: { date: '2026-03-28' },
      end: { date: '2026-03-30' },
    });
    const zone = (at: string) => ({ dateTime: at, timeZone: 'America/New_York' });
    connection.google.putEvent(
      ME,
      anEvent('night1', { start: zone('2026-11-01T00:30:00-04:00'), end: zone('2026-11-01T01:30:00-05:00') }),
    );
    await connection.sync();
    expect(connection.itemOf('days1').properties).toMatchObject({
      starts_at: '2026-03-28',
      ends_at: '2026-03-30',
      all_day: true,
    });
    expect(connection.itemOf('night1').properties).toMatchObject({
      starts_at: '2026-11-01T00:30:00-04:00',
      ends_at: '2026-11-01T01:30:00-05:00',
      timezone: 'America/New_York',
    });
  });

  it('keeps any text as it is, and gives an event without a title one', async () => {
    await using connection = await aConnection();
    const texts = { summary: '寿司 🍣 مرحبا', description: '<b>"ü"</b>\n\u2028', location: 'Ærøskøbing' };
    connection.google.putEvent(ME, anEvent('text1', texts));
    connection.google.putEvent(ME, anEvent('none1', { summary: undefined }));
    await connection.sync();
    expect(connection.itemOf('text1').properties).toMatchObject({
      title: texts.summary,
      description: texts.description,
      place: texts.location,
    });
    expect(connection.itemOf('none1').properties.title).toBe('(No title)');
  });

  it('cleans what no store keeps as text', async () => {
    await using connection = await aConnection();
    connection.google.putEvent(ME, anEvent('text1', { summary: 'half \ud83c of a \u0000 pair' }));
    await connection.sync();
    expect(connection.itemOf('text1').properties.title).toBe('half \ufffd of a  pair');
  });

  it('leaves out what cannot be read, tells how many once, and takes the others', async () => {
    await using connection = await aConnection();
    connection.google.putEvent(ME, { id: 'bad11', summary: 'No times' });
    connection.google.putEvent(ME, { id: 'bad22', start: { dateTime: 'soon' }, end: 'later' });
    connection.google.putEvent(ME, anEvent('odd11', { summary: 7, attendees: 'me', recurrence: [1], end: null }));
    connection.google.putEvent(ME, anEvent('good1'));
    expect(await connection.sync()).toEqual({ ok: true });
    expect(connection.titles()).toEqual(['(No title)', 'Event good1']);
    expect(connection.harness.activities).toMatchObject([
      { severity: 'warning', summary: '2 events of Google Calendar left out: unreadable', detail: { count: 2 } },
    ]);
    await connection.sync();
    expect(connection.harness.activities).toHaveLength(1);
  });
});

describe('several calendars', () => {
  const calendars = [
    { id: ME },
    { id: 'team@example.com', accessRole: 'reader' as const },
    { id: 'de#holiday@group.v.calendar.google.com', accessRole: 'reader' as const },
    { id: 'busy@example.com', accessRole: 'freeBusyReader' as const },
  ];

  it.for<[Record<string, unknown>, string[]]>([
    [{}, [ME]],
    [{ selected_calendar_ids: ['team@example.com', ME] }, ['team@example.com']],
    [{ default_write_calendar_id: 'team@example.com' }, ['team@example.com']],
    [{ mode: 'multi' }, [ME, 'team@example.com', 'de#holiday@group.v.calendar.google.com']],
    [{ mode: 'multi', selected_calendar_ids: ['primary', ME, 'team@example.com'] }, [ME, 'team@example.com']],
  ])('follows with %j %j', async ([configuration, expected]) => {
    await using connection = await aConnection({ configuration, google: { calendars } });
    for (const { id } of calendars) connection.google.putEvent(id, anEvent('same1', { summary: id }));
    await connection.sync();
    expect(connection.titles()).toEqual([...expected].sort());
  });

  it('reads more calendars than a run has pages for, in turn', async () => {
    const many = Array.from({ length: 7 }, (_, index) => ({ id: `calendar${index}@example.com` }));
    await using connection = await aConnection({
      maxPages: 3,
      configuration: { mode: 'multi' },
      google: { calendars: many },
    });
    for (const { id } of many) connection.google.putEvent(id, anEvent('same1', { summary: id }));
    await connection.sync();
    expect(connection.titles()).toHaveLength(3);
    await connection.sync();
    await connection.sync();
    expect(connection.titles()).toHaveLength(7);
  });

  it('tells once of a calendar that the account does not have, and reads the others', async () => {
    const configuration = { mode: 'multi', selected_calendar_ids: ['gone@example.com', ME] };
    await using connection = await aConnection({ configuration });
    connection.google.putEvent(ME, anEvent('one11'));
    await connection.sync();
    await connection.sync();
    expect(connection.titles()).toEqual(['Event one11']);
    expect(connection.harness.activities).toMatchObject([{ detail: { calendars: ['gone@example.com'] } }]);
  });

  it('goes on where it was when a calendar comes back', async () => {
    await using connection = await aConnection();
    connection.google.putEvent(ME, anEvent('one11'));
    await connection.sync();
    const { sync_token } = cursorOf(connection).calendars[ME] ?? {};
    connection.google.removeCalendar(ME);
    await connection.sync();
    connection.google.addCalendar({ id: ME, primary: true });
    expect(cursorOf(connection).calendars[ME]).toEqual({ sync_token, lost: true });
  });

  it('reads a calendar from its beginning that was left and is followed again', async () => {
    await using connection = await aConnection({ google: { calendars } });
    connection.google.putEvent(ME, anEvent('one11'));
    await connection.sync();
    connection.harness.configure({ selected_calendar_ids: ['team@example.com'] });
    await connection.sync();
    connection.google.putEvent(ME, anEvent('two22'));
    connection.harness.configure({});
    await connection.sync();
    expect(connection.titles()).toEqual(['Event one11', 'Event two22']);
  });
});

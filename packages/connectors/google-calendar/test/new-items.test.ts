import { describe, expect, it } from 'vitest';
import { eventIdOf } from '../src/index.ts';
import { aConnection, anEvent, anItem, ME } from './support/a-connection.ts';

const MINUTES_MS = 60_000;
const resultsOf = (runs: { result: unknown }[]) => runs.map(({ result }) => result);
const done = { ok: true };
const isWrite = ({ method }: { method: string }) => method !== 'GET';

describe('a new item', () => {
  it('becomes an event whose id is made of the item’s, and knows it from then on', async () => {
    await using connection = await aConnection();
    const { id } = connection.harness.space.createItem(anItem({ place: 'Kitchen', description: 'Bring cups' }));
    expect(resultsOf(await connection.drain())).toEqual([done]);
    const event = connection.google.event(ME, eventIdOf(id));
    expect(event).toMatchObject({
      summary: 'Tea',
      location: 'Kitchen',
      description: 'Bring cups',
      start: { dateTime: '2026-03-09T15:00:00+01:00', timeZone: 'Europe/Berlin' },
      extendedProperties: { private: { marfa_item: id } },
    });
    expect(connection.itemOf(eventIdOf(id))).toMatchObject({
      id,
      source: 'person.app',
      properties: { title: 'Tea', etag: event?.etag, html_link: event?.htmlLink, calendar_id: ME, status: 'confirmed' },
    });
  });

  it('does not come back as a second item, whenever it is read again', async () => {
    await using connection = await aConnection();
    const { id } = connection.harness.space.createItem(anItem());
    await connection.drain();
    await connection.sync();
    connection.clock.advance(5 * MINUTES_MS);
    connection.google.expireSyncTokens();
    await connection.sync();
    connection.clock.advance(60 * MINUTES_MS);
    connection.google.expireSyncTokens();
    connection.harness.cursor.main = null;
    await connection.sync();
    expect(connection.harness.items.map((item) => item.id)).toEqual([id]);
    expect(connection.google.events(ME)).toHaveLength(1);
    expect(connection.google.requests.filter(isWrite)).toHaveLength(1);
  });

  it('takes over what is changed there, and goes to the trash with its event', async () => {
    await using connection = await aConnection();
    const { id } = connection.harness.space.createItem(anItem());
    await connection.drain();
    connection.clock.advance(20 * MINUTES_MS);
    connection.google.putEvent(ME, {
      ...connection.google.event(ME, eventIdOf(id)),
      id: eventIdOf(id),
      summary: 'Coffee',
    });
    await connection.sync();
    expect(connection.itemOf(eventIdOf(id)).properties.title).toBe('Coffee');
    connection.google.removeEvent(ME, eventIdOf(id));
    await connection.sync();
    expect(connection.harness.space.getItem(id)?.state).toBe('trashed');
  });

  it('is found by the mark in its event when it has lost its own', async () => {
    await using connection = await aConnection();
    const { id } = connection.harness.space.createItem(anItem());
    await connection.drain();
    connection.harness.space.updateItem(id, { properties: { event_id: null, calendar_id: null } });
    connection.clock.advance(20 * MINUTES_MS);
    connection.harness.cursor.main = null;
    await connection.sync();
    expect(connection.harness.items.map((item) => item.id)).toEqual([id]);
  });

  it('is not changed by another event that bears its mark', async () => {
    await using connection = await aConnection();
    const { id } = connection.harness.space.createItem(anItem());
    await connection.drain();
    const extendedProperties = { private: { marfa_item: id } };
    connection.google.putEvent(ME, anEvent('copy1', { extendedProperties }));
    await connection.sync();
    expect(connection.titles()).toEqual(['Event copy1', 'Tea']);
    expect(connection.itemOf('copy1').id).not.toBe(id);
  });

  it.for<[string, { crashAtEnd?: boolean }]>([
    ['the answer is lost', {}],
    ['the process dies at the end', { crashAtEnd: true }],
  ])('becomes one event when %s', async ([, options]) => {
    await using connection = await aConnection();
    const item = connection.harness.space.createItem(anItem());
    if (!options.crashAtEnd) connection.google.failNext('done, then cut off', isWrite);
    const { result } = await connection.harness.deliverItemEvent(item, 'created', options);
    expect(result).toMatchObject({ ok: false, retry: true });
    expect(resultsOf(await connection.drain())).toEqual([done]);
    expect(connection.google.events(ME)).toHaveLength(1);
    expect(connection.itemOf(eventIdOf(item.id)).id).toBe(item.id);
    await connection.sync();
    expect(connection.harness.items).toHaveLength(1);
  });

  it('takes over the event of an attempt whose answer was lost, with what was changed since', async () => {
    await using connection = await aConnection();
    const item = connection.harness.space.createItem(anItem());
    connection.google.failNext('done, then cut off', isWrite);
    await connection.harness.deliverItemEvent(item, 'created');
    connection.harness.space.updateItem(item.id, { properties: { title: 'Coffee' } });
    await connection.drain();
    expect(connection.google.events(ME)).toMatchObject([{ summary: 'Coffee' }]);
  });

  it.for<[string, Record<string, unknown>, object, object]>([
    ['a day', { starts_at: '2026-03-09', ends_at: '2026-03-11' }, { date: '2026-03-09' }, { date: '2026-03-11' }],
    [
      'a day without an end',
      { starts_at: '2026-02-28', ends_at: null },
      { date: '2026-02-28' },
      { date: '2026-03-01' },
    ],
    [
      'a day that ends where it begins',
      { starts_at: '2026-03-09T00:00:00Z', ends_at: '2026-03-09T00:00:00Z', all_day: true },
      { date: '2026-03-09' },
      { date: '2026-03-10' },
    ],
    [
      'an hour on the clocks of a zone',
      { starts_at: '2026-03-29T01:30', ends_at: null },
      { dateTime: '2026-03-29T01:30:00', timeZone: 'Europe/Berlin' },
      { dateTime: '2026-03-29T02:30:00', timeZone: 'Europe/Berlin' },
    ],
    [
      'a moment without a zone',
      { starts_at: '2026-03-09T15:00', ends_at: '2026-03-09T14:00', timezone: 'Mars/Base' },
      { dateTime: '2026-03-09T15:00:00Z' },
      { dateTime: '2026-03-09T16:00:00.000Z' },
    ],
    [
      'a series without a zone',
      { timezone: null, recurrence: ['RRULE:FREQ=DAILY'] },
      { dateTime: '2026-03-09T15:00:00+01:00', timeZone: 'UTC' },
      { dateTime: '2026-03-09T16:00:00+01:00', timeZone: 'UTC' },
    ],
  ])('says its time as Google takes it: %s', async ([, properties, start, end]) => {
    await using connection = await aConnection();
    const { id } = connection.harness.space.createItem(anItem(properties));
    expect(resultsOf(await connection.drain())).toEqual([done]);
    const event = connection.google.event(ME, eventIdOf(id));
    expect([event?.start, event?.end]).toEqual([start, end]);
  });

  it('stays here while it has no beginning, and goes when it gets one', async () => {
    await using connection = await aConnection();
    const { id } = connection.harness.space.createItem(anItem({ starts_at: null }));
    expect(resultsOf(await connection.drain())).toEqual([done]);
    expect(connection.google.events(ME)).toEqual([]);
    connection.harness.space.updateItem(id, { properties: { starts_at: '2026-03-09T15:00:00+01:00' } });
    await connection.drain();
    expect(connection.google.events(ME)).toHaveLength(1);
  });

  it('goes to the calendar in the settings', async () => {
    const calendars = [{ id: ME }, { id: 'team@example.com' }];
    const configuration = { default_write_calendar_id: 'team@example.com' };
    await using connection = await aConnection({ configuration, google: { calendars } });
    connection.harness.space.createItem(anItem());
    await connection.drain();
    expect(connection.google.events('team@example.com')).toHaveLength(1);
  });

  it('stays here when the settings name no calendar for it, and goes to the trash without a word', async () => {
    await using connection = await aConnection({ configuration: { default_write_calendar_id: '' } });
    const { id } = connection.harness.space.createItem(anItem());
    await connection.drain();
    connection.harness.space.transitionItem(id, 'trashed');
    expect(resultsOf(await connection.drain())).toEqual([done]);
    expect(connection.google.requests).toEqual([]);
    connection.google.putEvent(ME, anEvent('one11'));
    await connection.sync();
    expect(connection.titles()).toEqual(['Event one11']);
  });

  it('is left to the Connection that pushed it, when there is one to another account', async () => {
    await using connection = await aConnection();
    const { id } = connection.harness.space.createItem(anItem());
    const pushed = { event_id: eventIdOf(id), calendar_id: 'other@example.com', etag: '"1"' };
    connection.harness.space.updateItem(id, { properties: pushed });
    expect(resultsOf(await connection.drain())).toEqual([done]);
    connection.harness.space.transitionItem(id, 'trashed');
    await connection.drain();
    expect(connection.google.requests.filter(isWrite)).toEqual([]);
  });

  it('is kept in step by the calendar that it went to, also when new items go to another one', async () => {
    await using connection = await aConnection({ google: { calendars: [{ id: ME }, { id: 'team@example.com' }] } });
    const { id } = connection.harness.space.createItem(anItem());
    await connection.drain();
    connection.harness.configure({ default_write_calendar_id: 'team@example.com' });
    connection.harness.space.updateItem(id, { properties: { title: 'Coffee' } });
    await connection.drain();
    expect(connection.google.events(ME)).toMatchObject([{ summary: 'Coffee' }]);
  });

  it('is known again after a crash that the cursor did not survive', async () => {
    await using connection = await aConnection();
    const item = connection.harness.space.createItem(anItem());
    await connection.harness.deliverItemEvent(item, 'created', { crashAtEnd: true });
    connection.harness.space.updateItem(item.id, { properties: { title: 'Coffee' } });
    await connection.drain();
    expect(connection.google.events(ME)).toMatchObject([{ summary: 'Coffee' }]);
  });

  it.for<[string, Parameters<typeof anItem>[1], string | undefined]>([
    ['another type than the settings name', 'core.event', undefined],
    ['another Connection of Google Calendar', 'google.calendar.event', 'google.calendar-2'],
  ])('is none of its own when it is of %s', async ([, type, source]) => {
    await using connection = await aConnection();
    const input = { ...anItem({}, type), source_id: 'other@example.com/abc12' };
    const item = connection.harness.space.createItem(input, source === undefined ? {} : { source });
    connection.harness.space.transitionItem(item.id, 'trashed');
    expect(resultsOf(await connection.drain()).every((result) => JSON.stringify(result) === '{"ok":true}')).toBe(true);
    expect(connection.google.requests).toEqual([]);
  });
});

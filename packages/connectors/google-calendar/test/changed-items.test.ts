import { describe, expect, it } from 'vitest';
import { aConnection, anEvent, ME } from './support/a-connection.ts';

const resultsOf = (runs: { result: unknown }[]) => runs.map(({ result }) => result);
const done = { ok: true };

describe('a changed item', () => {
  async function aFollowedEvent(fields: Record<string, unknown> = {}) {
    const connection = await aConnection();
    connection.google.putEvent(ME, anEvent('one11', { location: 'Here', ...fields }));
    await connection.sync();
    const { id } = connection.itemOf('one11');
    connection.google.requests.length = 0;
    const edit = async (properties: Record<string, unknown>) => {
      connection.harness.space.updateItem(id, { properties });
      return resultsOf(await connection.drain());
    };
    return { connection, id, edit };
  }

  it('changes these parts of its event, if the event is still the one that was seen', async () => {
    const { connection, edit } = await aFollowedEvent();
    await using _ = connection;
    const { etag } = connection.itemOf('one11').properties;
    expect(await edit({ title: 'Mine' })).toEqual([done]);
    expect(connection.google.requests).toMatchObject([
      { method: 'PATCH', body: '{"summary":"Mine"}', headers: { 'if-match': etag } },
    ]);
    const after = connection.google.event(ME, 'one11');
    expect(after).toMatchObject({ summary: 'Mine', location: 'Here' });
    expect(connection.itemOf('one11').properties.etag).toBe(after?.etag);
  });

  it('changes nothing when none of these parts was changed', async () => {
    const { connection, edit } = await aFollowedEvent();
    await using _ = connection;
    expect(await edit({ mood: 'good', starts_at: '2026-03-09T08:00:00Z' })).toEqual([done]);
    expect(connection.google.requests).toEqual([]);
  });

  it('moves an event from hours to a day and back', async () => {
    const { connection, edit } = await aFollowedEvent();
    await using _ = connection;
    expect(await edit({ starts_at: '2026-03-10', ends_at: '2026-03-11', all_day: true })).toEqual([done]);
    expect(connection.google.event(ME, 'one11')).toMatchObject({ start: { date: '2026-03-10' } });
    expect(connection.google.event(ME, 'one11')?.start).not.toHaveProperty('dateTime');
    const back = { starts_at: '2026-03-10T09:00:00Z', ends_at: '2026-03-10T09:30:00Z', all_day: false };
    expect(await edit(back)).toEqual([done]);
    expect(connection.google.event(ME, 'one11')?.start).toEqual({ dateTime: '2026-03-10T09:00:00Z' });
  });

  it('removes what was removed here', async () => {
    const { connection, edit } = await aFollowedEvent();
    await using _ = connection;
    await edit({ place: null, title: '(No title)' });
    const event = connection.google.event(ME, 'one11');
    expect(event).not.toHaveProperty('location');
    expect(event).not.toHaveProperty('summary');
  });

  it('becomes a series, with the zone that one needs', async () => {
    const { connection, edit } = await aFollowedEvent({
      start: { dateTime: '2026-03-09T09:00:00Z' },
      end: { dateTime: '2026-03-09T10:00:00Z' },
    });
    await using _ = connection;
    expect(await edit({ recurrence: ['RRULE:FREQ=DAILY;COUNT=3'] })).toEqual([done]);
    expect(connection.google.event(ME, 'one11')).toMatchObject({
      recurrence: ['RRULE:FREQ=DAILY;COUNT=3'],
      start: { timeZone: 'UTC' },
    });
  });

  it('wins where it was changed, and takes the rest, when the event was changed as well (412)', async () => {
    const { connection, edit } = await aFollowedEvent();
    await using _ = connection;
    connection.google.putEvent(ME, anEvent('one11', { location: 'There', description: 'New', summary: 'Theirs' }));
    expect(await edit({ title: 'Mine' })).toEqual([done]);
    const event = connection.google.event(ME, 'one11');
    expect(event).toMatchObject({ summary: 'Mine', location: 'There', description: 'New' });
    expect(connection.google.requests.map(({ method, body }) => `${method} ${body}`)).toEqual([
      'PATCH {"summary":"Mine"}',
      'GET ',
      'PATCH {"summary":"Mine"}',
    ]);
    expect(connection.itemOf('one11').properties).toMatchObject({
      title: 'Mine',
      place: 'There',
      description: 'New',
      etag: event?.etag,
    });
  });

  it('is delivered again when the event changes once more in between', async () => {
    const { connection, edit } = await aFollowedEvent();
    await using _ = connection;
    const stale = { status: 412, reason: 'conditionNotMet', message: 'Precondition Failed' };
    connection.google.failNext(stale, ({ method }) => method === 'PATCH');
    connection.google.failNext(stale, ({ method }) => method === 'PATCH');
    expect(await edit({ title: 'Mine' })).toMatchObject([{ ok: false, retry: true }, done]);
    expect(connection.google.event(ME, 'one11')?.summary).toBe('Mine');
  });

  it('writes nothing when both sides made the same change', async () => {
    const { connection, edit } = await aFollowedEvent();
    await using _ = connection;
    connection.google.putEvent(ME, anEvent('one11', { location: 'Here', summary: 'Same' }));
    expect(await edit({ title: 'Same' })).toEqual([done]);
    expect(connection.google.requests.map(({ method }) => method)).toEqual(['PATCH', 'GET']);
  });

  it('is left to the next sync when its event was deleted', async () => {
    const { connection, id, edit } = await aFollowedEvent();
    await using _ = connection;
    connection.google.removeEvent(ME, 'one11');
    expect(await edit({ title: 'Mine' })).toEqual([done]);
    expect(connection.google.events(ME)).toEqual([]);
    await connection.sync();
    expect(connection.harness.space.getItem(id)?.state).toBe('trashed');
  });

  it('is compared again when somebody changes it while it is on its way', async () => {
    const { connection, id, edit } = await aFollowedEvent();
    await using _ = connection;
    let isFirst = true;
    connection.harness.intercept((request) => {
      if (!isFirst || request.method !== 'PATCH' || request.url.includes('/proxy/')) return undefined;
      isFirst = false;
      connection.harness.space.updateItem(id, { properties: { place: 'Elsewhere' } });
      return undefined;
    });
    const results = await edit({ title: 'Mine' });
    expect(results.at(-1)).toEqual(done);
    expect(connection.google.event(ME, 'one11')).toMatchObject({ summary: 'Mine', location: 'Elsewhere' });
    expect(connection.itemOf('one11').properties).toMatchObject({ title: 'Mine', place: 'Elsewhere' });
  });

  it('is given up, with Google’s words, where the calendar may not be written', async () => {
    await using connection = await aConnection({ google: { calendars: [{ id: ME, accessRole: 'reader' }] } });
    connection.google.putEvent(ME, anEvent('one11'));
    await connection.sync();
    connection.harness.space.updateItem(connection.itemOf('one11').id, { properties: { title: 'Mine' } });
    expect(resultsOf(await connection.drain())).toEqual([
      { ok: false, retry: false, reason: 'Google answered 403: You need to have writer access to this calendar.' },
    ]);
  });
});

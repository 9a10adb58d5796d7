import { type GoogleFault, QUOTA, RATE_LIMIT } from '@withmarfa/testing';
import { describe, expect, it } from 'vitest';
import { aConnection, anEvent, anItem, ME } from './support/a-connection.ts';

const isEvents = ({ path }: { path: string }) => path.endsWith('/events');
const tooMany = { status: 429, reason: 'rateLimitExceeded', message: 'Too Many Requests' };

describe('what Google answers instead of events', () => {
  it.for<[string, GoogleFault, object]>([
    ['403 rateLimitExceeded', RATE_LIMIT, { retry: true, retry_after_seconds: 60 }],
    ['403 quotaExceeded', QUOTA, { retry: true, retry_after_seconds: 60 }],
    ['429', tooMany, { retry: true, retry_after_seconds: 60 }],
    ['429 for a time', { ...tooMany, headers: { 'retry-after': '90' } }, { retry: true, retry_after_seconds: 90 }],
    [
      '503 until a date',
      {
        status: 503,
        reason: 'backendError',
        message: 'x',
        headers: { 'retry-after': 'Thu, 05 Mar 2026 12:02:00 GMT' },
      },
      { retry: true, retry_after_seconds: 120 },
    ],
    ['500', { status: 500, reason: 'backendError', message: 'Backend Error' }, { retry: true }],
    ['a web page', { status: 502, body: 'html' }, { retry: true }],
    ['nothing', 'empty', { retry: true }],
    ['half of it', 'truncated', { retry: true }],
    ['no JSON', 'garbage', { retry: true }],
    ['no answer', 'cut off', { retry: true }],
  ])('is tried again and changes nothing: %s', async ([, fault, expected]) => {
    await using connection = await aConnection();
    connection.google.putEvent(ME, anEvent('one11'));
    connection.google.failNext(fault, isEvents);
    expect(await connection.sync()).toMatchObject({ ok: false, ...expected });
    expect(connection.harness.cursor).toEqual({});
    expect(await connection.sync()).toEqual({ ok: true });
    expect(connection.titles()).toEqual(['Event one11']);
  });

  it('is told, and what was read before is kept, when it comes in the middle', async () => {
    await using connection = await aConnection({ google: { largestPage: 1 } });
    connection.google.putEvent(ME, anEvent('one11'));
    connection.google.putEvent(ME, anEvent('two22'));
    connection.google.failNext(RATE_LIMIT, ({ query }) => query.has('pageToken'));
    expect(await connection.sync()).toEqual({ ok: true });
    expect(connection.titles()).toEqual(['Event one11']);
    expect(connection.harness.activities).toMatchObject([
      { severity: 'warning', detail: { reason: 'Google answered 403: Rate Limit Exceeded.' } },
    ]);
    await connection.sync();
    expect(connection.titles()).toEqual(['Event one11', 'Event two22']);
  });

  it('is one calendar that fails: the others are read, and the person is told once', async () => {
    const google = { calendars: [{ id: ME }, { id: 'team@example.com' }] };
    await using connection = await aConnection({ configuration: { mode: 'multi' }, google });
    connection.google.putEvent('team@example.com', anEvent('team1'));
    const broken = { status: 500, reason: 'backendError', message: 'Backend Error' };
    for (let run = 0; run < 2; run += 1) {
      connection.google.failNext(broken, ({ path }) => path.includes('/me%40example.com/'));
      expect(await connection.sync()).toEqual({ ok: true });
    }
    expect(connection.titles()).toEqual(['Event team1']);
    expect(connection.harness.activities).toHaveLength(1);
    connection.google.putEvent(ME, anEvent('one11'));
    await connection.sync();
    expect(connection.titles()).toEqual(['Event one11', 'Event team1']);
  });

  it('is a calendar that may not be read: told once, and tried again at each run', async () => {
    await using connection = await aConnection();
    const forbidden = { status: 403, reason: 'forbidden', message: 'Forbidden' };
    connection.google.putEvent(ME, anEvent('one11'));
    for (let run = 0; run < 2; run += 1) {
      connection.google.failNext(forbidden, isEvents);
      expect(await connection.sync()).toEqual({ ok: true });
    }
    expect(connection.harness.activities).toMatchObject([{ detail: { calendars: [ME] } }]);
    await connection.sync();
    expect(connection.titles()).toEqual(['Event one11']);
  });

  it('is the loss of the account: the run is tried again, and Marfa tells the person', async () => {
    await using connection = await aConnection({ google: { accept: () => false } });
    const result = await connection.sync();
    expect(result).toMatchObject({ ok: false, retry: true, reason: expect.stringContaining('reauth_required') });
    expect(connection.harness.activities).toMatchObject([{ severity: 'action_required' }]);
  });

  it('is waited for while it comes slowly', async () => {
    await using connection = await aConnection();
    connection.google.putEvent(ME, anEvent('one11'));
    const release = connection.google.holdNext();
    const running = connection.sync();
    release();
    expect(await running).toEqual({ ok: true });
    expect(connection.titles()).toEqual(['Event one11']);
  });
});

describe('what Google answers to a change', () => {
  it.for<[string, GoogleFault]>([
    ['403 rateLimitExceeded', RATE_LIMIT],
    ['429', { ...tooMany, headers: { 'retry-after': '3' } }],
    ['500', { status: 500, reason: 'backendError', message: 'Backend Error' }],
    ['a web page', { status: 502, body: 'html' }],
    ['half an answer, the work being done', 'truncated'],
    ['nothing, the work being done', 'empty'],
    ['no answer, the work being done', 'done, then cut off'],
    ['no answer', 'cut off'],
  ])('is tried again, and there is one event in the end: %s', async ([, fault]) => {
    await using connection = await aConnection();
    connection.harness.space.createItem(anItem());
    connection.google.failNext(fault, ({ method }) => method === 'POST');
    const results = (await connection.drain()).map(({ result }) => result);
    expect(results).toMatchObject([{ ok: false, retry: true }, { ok: true }]);
    expect(connection.google.events(ME)).toHaveLength(1);
    await connection.sync();
    expect(connection.titles()).toEqual(['Tea']);
  });

  it('is given up when it would be refused again', async () => {
    await using connection = await aConnection({ configuration: { default_write_calendar_id: 'gone@example.com' } });
    connection.harness.space.createItem(anItem());
    const results = (await connection.drain()).map(({ result }) => result);
    expect(results).toEqual([{ ok: false, retry: false, reason: 'Google answered 404: Not Found.' }]);
  });
});

describe('what the space refuses', () => {
  it('is told with a count, and stops no other event', async () => {
    await using connection = await aConnection({ configuration: { target_type: 'core.event' } });
    for (const id of ['one11', 'two22', 'three3']) connection.google.putEvent(ME, anEvent(id));
    connection.harness.intercept(async (request) => {
      const body = request.method === 'POST' ? await request.clone().text() : '';
      if (!request.url.endsWith('/items') || !body.includes(`"source_id":"${ME}/one11"`)) return undefined;
      const error = { code: 'invalid_properties', message: 'Strict here.' };
      return Response.json({ error }, { status: 400 });
    });
    expect(await connection.sync()).toEqual({ ok: true });
    expect(connection.titles()).toEqual(['Event three3', 'Event two22']);
    expect(connection.harness.activities).toMatchObject([
      { summary: '1 event of Google Calendar refused by the space', detail: { count: 1 } },
    ]);
  });

  it('is a whole call for the sake of one item: the others are written one by one', async () => {
    await using connection = await aConnection();
    for (const id of ['one11', 'two22', 'three3', 'four4']) connection.google.putEvent(ME, anEvent(id));
    const refusal = () =>
      Response.json({ error: { code: 'validation_error', message: 'Not this one.' } }, { status: 400 });
    connection.harness.intercept(async (request) => {
      if (request.method !== 'POST') return undefined;
      const isBad = (await request.clone().text()).includes(`"source_id":"${ME}/three3"`);
      return isBad ? refusal() : undefined;
    });
    expect(await connection.sync()).toEqual({ ok: true });
    expect(connection.titles()).toEqual(['Event four4', 'Event one11', 'Event two22']);
    expect(connection.harness.activities).toMatchObject([{ detail: { count: 1 } }]);
  });

  it('is no answer at all: nothing is remembered, and everything is done again', async () => {
    await using connection = await aConnection();
    connection.google.putEvent(ME, anEvent('one11'));
    connection.harness.intercept((request) =>
      request.url.includes('/items')
        ? Response.json({ error: { code: 'storage_unavailable', message: 'x' } }, { status: 503 })
        : undefined,
    );
    expect(await connection.sync()).toMatchObject({ ok: false, retry: true });
    connection.harness.intercept(null);
    await connection.sync();
    expect(connection.titles()).toEqual(['Event one11']);
  });
});

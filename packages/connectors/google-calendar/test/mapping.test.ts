import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventIdOf, GoogleEventSchema, toEventFields, toProperties } from '../src/index.ts';
import { hashParts, PARTS } from '../src/mapping/event-parts.ts';
import { readItemTime } from '../src/mapping/event-time.ts';
import { instantOf } from '../src/mapping/zoned-time.ts';

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kathmandu', 'Australia/Lord_Howe', 'Pacific/Apia'];
const AT = { calendarId: 'me@example.com', type: 'google.calendar.event' };
const runs = { numRuns: 500 };

const moment = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000));
const day = moment.map((date) => date.toISOString().slice(0, 10));
const text = fc.string({ unit: 'grapheme', minLength: 1 });
const minutes = fc.integer({ min: 0, max: 10_000 });

const timed = fc.record({ start: moment, minutes, zone: fc.option(fc.constantFrom(...ZONES), { nil: undefined }) });
const times = fc.oneof(
  timed.map(({ start, minutes: length, zone }) => {
    const one = (date: Date) => ({ dateTime: date.toISOString(), ...(zone === undefined ? {} : { timeZone: zone }) });
    return { start: one(start), end: one(new Date(start.getTime() + length * 60_000)) };
  }),
  fc.tuple(day, fc.integer({ min: 1, max: 400 })).map(([from, days]) => ({
    start: { date: from },
    end: { date: new Date(Date.parse(from) + days * 86_400_000).toISOString().slice(0, 10) },
  })),
);
const event = fc
  .record({
    times,
    summary: fc.option(text, { nil: undefined }),
    description: fc.option(text, { nil: undefined }),
    location: fc.option(text, { nil: undefined }),
    status: fc.constantFrom('confirmed', 'tentative'),
    repeats: fc.boolean(),
  })
  .map(({ times: { start, end }, repeats, ...fields }) => ({
    id: 'event1',
    ...fields,
    start: { ...start, ...(repeats && 'dateTime' in start ? { timeZone: 'Europe/Berlin' } : {}) },
    end,
    ...(repeats ? { recurrence: ['RRULE:FREQ=WEEKLY'] } : {}),
  }));

const read = (raw: unknown) => toProperties(GoogleEventSchema.parse(raw), AT) ?? {};

describe('the mapping', () => {
  it('brings every event back as it was', () => {
    fc.assert(
      fc.property(event, (one) => {
        const properties = read(one);
        const fields = toEventFields(properties, PARTS);
        expect(hashParts(read({ id: one.id, ...fields }))).toEqual(hashParts(properties));
        expect(fields).toMatchObject({ start: one.start, status: one.status });
        expect(fields.summary ?? undefined).toBe(one.summary === '(No title)' ? undefined : one.summary);
        expect(fields.description ?? undefined).toBe(one.description);
      }),
      runs,
    );
  });

  it('reads any JSON as an event, as none, or not at all, and never throws', () => {
    const odd = fc.record(
      {
        id: fc.oneof(fc.constant('event1'), fc.jsonValue()),
        start: fc.oneof(fc.constant({ date: '2026-03-09' }), fc.jsonValue()),
        end: fc.jsonValue(),
        summary: fc.jsonValue(),
        recurrence: fc.jsonValue(),
        attendees: fc.jsonValue(),
        organizer: fc.jsonValue(),
        extendedProperties: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    let readable = 0;
    fc.assert(
      fc.property(odd, (raw) => {
        const parsed = GoogleEventSchema.safeParse(raw);
        if (!parsed.success) return;
        const properties = toProperties(parsed.data, AT);
        if (properties === null) return;
        readable += 1;
        expect(properties.title).toEqual(expect.any(String));
        expect(hashParts(properties)).toEqual(properties.synced);
      }),
      runs,
    );
    expect(readable).toBeGreaterThan(10);
  });

  it('takes any properties of an item, and never throws', () => {
    const name = fc.constantFrom(
      'title',
      'starts_at',
      'ends_at',
      'timezone',
      'all_day',
      'recurrence',
      'status',
      'place',
    );
    const value = fc.oneof(
      fc.jsonValue(),
      day,
      moment.map((date) => date.toISOString()),
      fc.constantFrom(...ZONES),
    );
    fc.assert(
      fc.property(fc.dictionary(name, value), (properties) => {
        const time = readItemTime(properties);
        expect(hashParts(properties).title).toMatch(/^[0-9a-f]{12}$/);
        expect(Object.hasOwn(toEventFields(properties, ['time']), 'start')).toBe(time !== null);
        if (time) expect(Date.parse(time.ends_at)).not.toBeNaN();
      }),
      runs,
    );
  });

  it('knows the same time in other words, and another time in similar ones', () => {
    const time = (properties: Record<string, unknown>) => hashParts(properties).time;
    const berlin = {
      starts_at: '2026-03-09T09:00:00+01:00',
      ends_at: '2026-03-09T10:00:00+01:00',
      timezone: 'Europe/Berlin',
    };
    expect(time({ ...berlin, starts_at: '2026-03-09T08:00:00Z', ends_at: '2026-03-09T10:00' })).toBe(time(berlin));
    expect(time({ ...berlin, timezone: 'Europe/Paris' })).not.toBe(time(berlin));
    expect(time({ ...berlin, timezone: null })).not.toBe(time(berlin));
    expect(time({ starts_at: '2026-03-09', ends_at: '2026-03-10' })).not.toBe(
      time({ starts_at: '2026-03-09T00:00:00Z' }),
    );
  });
});

describe('a time on the clocks of a zone', () => {
  it.for([
    ['2026-01-15T12:00:00', 'Europe/Berlin', '2026-01-15T11:00:00Z'],
    ['2026-07-15T12:00:00', 'Europe/Berlin', '2026-07-15T10:00:00Z'],
    ['2026-03-29T01:59:59', 'Europe/Berlin', '2026-03-29T00:59:59Z'],
    ['2026-03-29T03:00:00', 'Europe/Berlin', '2026-03-29T01:00:00Z'],
    ['2026-10-25T04:00:00', 'Europe/Berlin', '2026-10-25T03:00:00Z'],
    ['2026-03-08T03:00:00', 'America/New_York', '2026-03-08T07:00:00Z'],
    ['2026-04-05T03:00:00', 'Australia/Lord_Howe', '2026-04-04T16:30:00Z'],
    ['2026-03-09T00:00:00', 'Asia/Kathmandu', '2026-03-08T18:15:00Z'],
    ['0050-01-01T00:00:00', 'UTC', '0050-01-01T00:00:00Z'],
  ] as const)('%s in %s is %s', ([wall, zone, instant]) => {
    expect(new Date(instantOf(wall, zone)).toISOString()).toBe(new Date(instant).toISOString());
  });
});

describe('the id of an item’s event', () => {
  it('is one that Google takes, and the same at every attempt', () => {
    const id = eventIdOf('0190a8b0-0000-7000-8000-000000000001');
    expect(id).toMatch(/^[a-v0-9]{5,1024}$/);
    expect(id).toBe('033c4b1f90d98d285be5baf9ac8bcdf753cc683ac15b67b655730e1dcb4348a2');
  });
});

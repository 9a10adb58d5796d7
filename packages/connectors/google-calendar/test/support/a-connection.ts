import type { HandlerResult, Item } from '@withmarfa/runtime-sdk';
import {
  createTestClock,
  createTestHarness,
  type DrainedRun,
  type FakeGoogleCalendar,
  type FakeGoogleCalendarOptions,
  startFakeGoogleCalendar,
  type TestClock,
  type TestHarness,
} from '@withmarfa/testing';
import {
  type CalendarContext,
  manifest,
  pushItem,
  renewChannels,
  syncCalendars,
  takeNotification,
} from '../../src/index.ts';

export const ME = 'me@example.com';
const TOKEN = 'token-of-the-account';

export interface Connection {
  google: FakeGoogleCalendar;
  harness: TestHarness;
  clock: TestClock;
  sync(): Promise<HandlerResult>;
  /** Delivers what people changed, each until it is done or given up. */
  drain(): Promise<DrainedRun[]>;
  /** The live item of an event; throws when there are none or several. */
  itemOf(eventId: string, calendarId?: string): Item;
  /** Titles of live items, sorted. */
  titles(): unknown[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** A Connection of Google Calendar in a space in memory, over the real SDK, with a fake Google and one clock for all. */
export async function aConnection(
  options: { configuration?: Record<string, unknown>; google?: FakeGoogleCalendarOptions; maxPages?: number } = {},
): Promise<Connection> {
  const clock = createTestClock();
  const google = await startFakeGoogleCalendar({
    accept: (token) => token === TOKEN,
    now: clock.now,
    ...options.google,
  });
  const { maxPages } = options;
  const harness = createTestHarness({
    manifest,
    clock,
    configuration: options.configuration ?? {},
    upstream: { url: google.url, token: TOKEN, refresh: async () => null },
    handlers: {
      schedule: (ctx) =>
        syncCalendars(ctx as CalendarContext, { now: clock.now(), ...(maxPages === undefined ? {} : { maxPages }) }),
      webhook: (ctx, delivery) => takeNotification(ctx as CalendarContext, delivery, { now: clock.now() }),
      renew: (ctx, request) =>
        renewChannels(ctx as CalendarContext, request, { now: clock.now(), newId: () => crypto.randomUUID() }),
      itemEvent: (ctx, message) => pushItem(ctx as CalendarContext, message, { now: clock.now() }),
    },
  });
  const live = () => harness.items.filter(({ state }) => state !== 'trashed');
  return {
    google,
    harness,
    clock,
    sync: async () => (await harness.runSchedule()).result,
    drain: () => harness.drain(),
    itemOf(eventId, calendarId = ME) {
      const found = live().filter(
        ({ properties: { event_id, calendar_id } }) => event_id === eventId && calendar_id === calendarId,
      );
      const [item] = found;
      if (item === undefined || found.length > 1) throw new Error(`${found.length} items of the event ${eventId}`);
      return item;
    },
    titles: () =>
      live()
        .map(({ properties }) => properties.title)
        .sort(),
    [Symbol.asyncDispose]: () => google.close(),
  };
}

const HOUR = {
  start: { dateTime: '2026-03-09T09:00:00+01:00', timeZone: 'Europe/Berlin' },
  end: { dateTime: '2026-03-09T10:00:00+01:00', timeZone: 'Europe/Berlin' },
};

/** An event at Google, an hour on a Monday morning unless it says otherwise. */
export function anEvent(id: string, fields: Record<string, unknown> = {}) {
  return { id, summary: `Event ${id}`, ...HOUR, ...fields };
}

/** What a person gives for a new item. */
export function anItem(properties: Record<string, unknown> = {}, type = 'google.calendar.event') {
  return {
    type,
    properties: {
      title: 'Tea',
      starts_at: '2026-03-09T15:00:00+01:00',
      ends_at: '2026-03-09T16:00:00+01:00',
      timezone: 'Europe/Berlin',
      ...properties,
    },
  };
}

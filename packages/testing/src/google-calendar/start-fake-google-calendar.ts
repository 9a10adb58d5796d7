import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { startFakeServer } from '../start-fake-server.ts';
import { answerRequest, type GoogleRequest } from './answer-request.ts';
import { createFakeCalendar, type FakeCalendar, type FakeCalendarSettings, type FakeEvent } from './fake-calendar.ts';
import { type Answer, type GoogleFault, refuse, sendAnswer } from './faults.ts';
import { REFUSALS } from './google-error.ts';
import { createWatchChannels, type FakeChannel, type FakeNotification } from './watch-channels.ts';
import { deleteEvent } from './write-event.ts';

export interface FakeGoogleCalendarOptions {
  /** Whether a bearer is good; by default every one is. */
  accept?: (token: string) => boolean;
  /** The first one, or the one marked so, is `primary`; by default one calendar, `me@example.com`. */
  calendars?: FakeCalendarSettings[];
  /** The most events or calendars of a page, whatever is asked for; default 2,500. */
  largestPage?: number;
  /** Milliseconds since the epoch; by default a clock that begins on 2 March 2026 and ticks a second for each reading. */
  now?: () => number;
  /** The longest life of a watch channel, in milliseconds; default seven days. */
  longestWatchMs?: number;
  /** Also takes addresses of channels that are not https. */
  allowPlainWatch?: boolean;
}

export interface FakeGoogleCalendar {
  /** The base address of the API, ending in `/calendar/v3`. */
  url: string;
  /** Everything asked so far, in order. */
  requests: GoogleRequest[];
  addCalendar(settings: FakeCalendarSettings): void;
  /** Takes a calendar off the account's list. */
  removeCalendar(id: string): void;
  /** Writes an event as another program would: whole, with a new etag. */
  putEvent(calendarId: string, event: Record<string, unknown> & { id: string }): FakeEvent;
  /** Deletes an event, or one instance of a series (`<series>_20260302T080000Z`), as another program would. */
  removeEvent(calendarId: string, id: string): void;
  event(calendarId: string, id: string): FakeEvent | undefined;
  /** Events that are not deleted, in the order of their latest change. */
  events(calendarId: string): FakeEvent[];
  /** From now on every sync token given out so far answers 410. */
  expireSyncTokens(): void;
  /** Watch channels, the oldest first: live, stopped and run out. */
  channels(): FakeChannel[];
  /** Everything that was sent to addresses of channels; once `settleNotifications` has resolved, with its answers. */
  notifications: FakeNotification[];
  settleNotifications(): Promise<void>;
  /** Lets the next request that fits go wrong, and after it the one that was named next. */
  failNext(fault: GoogleFault, match?: (request: GoogleRequest) => boolean): void;
  /** Holds back half of the next body. @returns sends the rest. */
  holdNext(): () => void;
  close(): Promise<void>;
}

const START = Date.parse('2026-03-02T08:00:00.000Z');

/**
 * Starts a Google Calendar of a test's own on a free port: API v3 below `/calendar/v3`, as far as a calendar's events go.
 * It knows calendarList.list and events.list, get, insert, patch, update, delete and watch, with etags, pages, sync tokens,
 * series and their exceptions, channels that tell of changes (once; it does not send again), and Google's refusals. It does not expand series (`singleEvents=true` answers 501 for them).
 * @see https://developers.google.com/workspace/calendar/api/v3/reference
 */
export async function startFakeGoogleCalendar(options: FakeGoogleCalendarOptions = {}): Promise<FakeGoogleCalendar> {
  let reading = 0;
  const now = options.now ?? (() => START + 1000 * reading++);
  const calendars = new Map<string, FakeCalendar>();
  const requests: GoogleRequest[] = [];
  const faults: { fault: GoogleFault; match: (request: GoogleRequest) => boolean }[] = [];
  const holds: Promise<void>[] = [];
  const channels = createWatchChannels({ ...options, now });
  let generation = 0;
  let lastId = 0;

  function addCalendar(settings: FakeCalendarSettings): void {
    const primary = settings.primary ?? calendars.size === 0;
    calendars.set(
      settings.id,
      createFakeCalendar({ ...settings, primary }, { now, onChange: () => channels.notify(settings.id) }),
    );
  }
  for (const settings of options.calendars ?? [{ id: 'me@example.com' }]) addCalendar(settings);

  function find(id: string): FakeCalendar | undefined {
    if (id !== 'primary') return calendars.get(id);
    return [...calendars.values()].find(({ settings }) => settings.primary);
  }
  function require(id: string): FakeCalendar {
    const calendar = find(id);
    if (!calendar) throw new TypeError(`The fake has no calendar "${id}".`);
    return calendar;
  }

  async function read(incoming: IncomingMessage): Promise<GoogleRequest> {
    const url = new URL(incoming.url ?? '/', 'http://fake');
    const { method = '', headers } = incoming;
    return { method, path: url.pathname, query: url.searchParams, headers, body: await text(incoming) };
  }

  function answer(request: GoogleRequest): Answer {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined || !(options.accept?.(token) ?? true)) return refuse(REFUSALS.unauthorized);
    return answerRequest(request, {
      calendars: () => [...calendars.values()],
      find,
      largestPage: options.largestPage ?? 2500,
      generation,
      channels,
      newId: () => {
        lastId += 1;
        return `fake${String(lastId).padStart(22, '0')}`;
      },
    });
  }

  const server = await startFakeServer((incoming, response) => {
    const handle = async () => {
      const request = await read(incoming);
      requests.push(request);
      const index = faults.findIndex(({ match }) => match(request));
      const fault = index < 0 ? undefined : faults.splice(index, 1)[0]?.fault;
      const isUndone = typeof fault === 'object' || fault === 'cut off';
      const answered = isUndone ? { status: 200 } : answer(request);
      await sendAnswer(response, { answer: answered, fault, held: holds.shift() });
    };
    // A client that leaves in the middle is part of some tests.
    handle().catch(() => response.destroy());
  });

  return {
    url: `${server.url}/calendar/v3`,
    requests,
    addCalendar,
    removeCalendar: (id) => void calendars.delete(id),
    putEvent: (calendarId, event) => require(calendarId).put(event),
    removeEvent(calendarId, id) {
      const error = deleteEvent(require(calendarId), id, undefined);
      if (error) throw new TypeError(`The fake cannot delete "${id}": ${error.message}`);
    },
    event: (calendarId, id) => require(calendarId).get(id),
    events: (calendarId) =>
      require(calendarId)
        .changes()
        .map(({ event }) => event)
        .filter(({ status }) => status !== 'cancelled'),
    expireSyncTokens() {
      generation += 1;
    },
    channels: channels.list,
    notifications: channels.notifications,
    settleNotifications: channels.settle,
    failNext: (fault, match = () => true) => void faults.push({ fault, match }),
    holdNext() {
      let release = () => {};
      holds.push(
        new Promise((resolve) => {
          release = resolve;
        }),
      );
      return () => release();
    },
    close: () => server.close(),
  };
}

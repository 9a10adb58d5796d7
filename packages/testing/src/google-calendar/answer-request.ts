import type { IncomingHttpHeaders } from 'node:http';
import type { FakeCalendar } from './fake-calendar.ts';
import { type Answer, refuse } from './faults.ts';
import { REFUSALS } from './google-error.ts';
import { listEvents } from './list-events.ts';
import type { WatchChannels } from './watch-channels.ts';
import { changeEvent, deleteEvent, findEvent, insertEvent } from './write-event.ts';

/** A request as it arrived. */
export interface GoogleRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  body: string;
}

export interface Account {
  calendars(): FakeCalendar[];
  /** `primary` is understood. */
  find(id: string): FakeCalendar | undefined;
  largestPage: number;
  /** Sync tokens of another generation have expired. */
  generation: number;
  newId(): string;
  channels: WatchChannels;
}

const WATCH = /^\/calendar\/v3\/calendars\/([^/]+)\/events\/watch$/;
const EVENTS = /^\/calendar\/v3\/calendars\/([^/]+)\/events(?:\/([^/]+))?$/;

/** Answers one request of an account that is signed in. */
export function answerRequest(request: GoogleRequest, account: Account): Answer {
  if (request.path === '/calendar/v3/users/me/calendarList' && request.method === 'GET') {
    return listCalendars(request.query, account);
  }
  const watched = answerWatch(request, account);
  if (watched) return watched;
  const [matched, calendarId = '', eventId] = EVENTS.exec(request.path) ?? [];
  const calendar = matched === undefined ? undefined : account.find(decodeURIComponent(calendarId));
  if (!calendar) return refuse(REFUSALS.notFound);
  if (request.method === 'GET') return read(calendar, eventId, { request, account });
  if (calendar.settings.accessRole !== 'owner' && calendar.settings.accessRole !== 'writer')
    return refuse(REFUSALS.readOnly);
  return write(calendar, eventId, { request, account });
}

/** @returns null for whatever is not about channels. */
function answerWatch({ method, path, body }: GoogleRequest, account: Account): Answer | null {
  const isStop = path === '/calendar/v3/channels/stop';
  const [watched, id = ''] = WATCH.exec(path) ?? [];
  if (method !== 'POST' || (!isStop && watched === undefined)) return null;
  const parsed = parse(body);
  if (parsed === undefined) return refuse(REFUSALS.badJson);
  if (isStop) return account.channels.stop(parsed);
  const calendar = account.find(decodeURIComponent(id));
  if (!calendar) return refuse(REFUSALS.notFound);
  return calendar.settings.pushes ? account.channels.watch(calendar.settings.id, parsed) : refuse(REFUSALS.noPush);
}

type Asked = { request: GoogleRequest; account: Account };

function read(calendar: FakeCalendar, eventId: string | undefined, { request, account }: Asked): Answer {
  if (eventId === undefined) {
    const listing = listEvents(calendar, request.query, account);
    return listing.ok ? { status: 200, body: listing.body } : refuse(listing.error);
  }
  const event = findEvent(calendar, decodeURIComponent(eventId));
  if (!event) return refuse(REFUSALS.notFound);
  if (request.headers['if-none-match'] === event.etag) return { status: 304 };
  return { status: 200, body: event, headers: { etag: event.etag } };
}

function write(calendar: FakeCalendar, eventId: string | undefined, { request, account }: Asked): Answer {
  const ifMatch = request.headers['if-match'];
  if (request.method === 'DELETE' && eventId !== undefined) {
    const error = deleteEvent(calendar, decodeURIComponent(eventId), ifMatch);
    return error ? refuse(error) : { status: 204 };
  }
  const body = parse(request.body);
  if (body === undefined) return refuse(REFUSALS.badJson);
  if (request.method === 'POST' && eventId === undefined) {
    return answerWith(insertEvent(calendar, body, () => account.newId()));
  }
  if ((request.method === 'PATCH' || request.method === 'PUT') && eventId !== undefined) {
    const replace = request.method === 'PUT';
    return answerWith(changeEvent(calendar, decodeURIComponent(eventId), { body, replace, ifMatch }));
  }
  return refuse(REFUSALS.notFound);
}

function answerWith(written: ReturnType<typeof insertEvent>): Answer {
  if (!written.ok) return refuse(written.error);
  return { status: 200, body: written.event, headers: { etag: written.event.etag } };
}

function listCalendars(query: URLSearchParams, account: Account): Answer {
  const all = account.calendars();
  const from = Number(query.get('pageToken') ?? 0);
  const asked = Number(query.get('maxResults') ?? 100);
  const page = all.slice(from, from + Math.max(1, Math.min(asked, account.largestPage, 250)));
  const next = from + page.length;
  const items = page.map(({ settings: { primary, pushes: _pushes, ...settings } }) => ({
    kind: 'calendar#calendarListEntry',
    etag: '"1"',
    ...settings,
    ...(primary ? { primary } : {}),
  }));
  const token = next < all.length ? { nextPageToken: String(next) } : { nextSyncToken: 'calendars' };
  return { status: 200, body: { kind: 'calendar#calendarList', etag: '"1"', ...token, items } };
}

function parse(body: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

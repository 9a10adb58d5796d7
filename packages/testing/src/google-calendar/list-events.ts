import type { FakeCalendar, FakeEvent } from './fake-calendar.ts';
import { type GoogleError, REFUSALS } from './google-error.ts';

/** Filters that a sync token cannot stand beside. @see Google Calendar API, events.list */
const RESTRICTIONS = [
  'iCalUID',
  'orderBy',
  'privateExtendedProperty',
  'q',
  'sharedExtendedProperty',
  'timeMin',
  'timeMax',
  'updatedMin',
];
const DEFAULT_PAGE = 250;
const LARGEST_PAGE = 2500;

/** Everything a later page or sync has to know, in the token itself. */
interface TokenContent {
  kind: 'page' | 'sync';
  calendar: string;
  /** Changes up to this one are seen already. */
  after: number;
  /** Page tokens: the last change of this listing; what changes meanwhile is left to the next sync. */
  upTo: number;
  /** Whether deleted events are shown. */
  incremental: boolean;
  /** Page tokens: the filters that the listing began with. */
  filters: string;
  generation: number;
}

export interface ListOptions {
  /** The most events of a page, whatever is asked for. */
  largestPage: number;
  /** Sync tokens of another generation have expired. */
  generation: number;
}

type Listing = { ok: true; body: Record<string, unknown> } | { ok: false; error: GoogleError };

/** Answers events.list: filters, pages and sync tokens. @see Google Calendar API, Synchronize resources efficiently */
export function listEvents(calendar: FakeCalendar, query: URLSearchParams, options: ListOptions): Listing {
  const syncToken = query.get('syncToken');
  if (syncToken !== null && (RESTRICTIONS.some((name) => query.has(name)) || query.get('showDeleted') === 'false')) {
    return { ok: false, error: REFUSALS.syncTokenWithFilters };
  }
  const timeMin = query.get('timeMin');
  if (timeMin !== null && Number.isNaN(Date.parse(timeMin))) return { ok: false, error: REFUSALS.badTime };
  const filters = new URLSearchParams([...query].filter(([name]) => name !== 'pageToken' && name !== 'maxResults'));
  filters.sort();
  const frame = { calendar: calendar.settings.id, filters: filters.toString(), generation: options.generation };
  const begun = begin(query, frame, calendar.latest());
  if (!begun.ok) return begun;
  const { after, upTo, incremental } = begun;

  const visible = calendar
    .changes()
    .filter(({ change }) => change > after && change <= upTo)
    .filter(({ event }) => incremental || isShown(event, { calendar, query }));
  if (query.get('singleEvents') === 'true' && visible.some(({ event }) => event.recurrence || event.recurringEventId)) {
    return { ok: false, error: REFUSALS.notImplemented };
  }
  const asked = Number(query.get('maxResults') ?? DEFAULT_PAGE);
  const page = visible.slice(0, Math.max(1, Math.min(asked, options.largestPage, LARGEST_PAGE)));
  const last = page.at(-1)?.change ?? upTo;
  const rest = visible.length > page.length;
  const token = rest
    ? { nextPageToken: encode({ ...frame, kind: 'page', after: last, upTo, incremental }) }
    : { nextSyncToken: encode({ ...frame, kind: 'sync', after: upTo, upTo, incremental: true }) };
  const { summary, timeZone, accessRole } = calendar.settings;
  return {
    ok: true,
    body: {
      kind: 'calendar#events',
      etag: `"p${upTo}"`,
      summary,
      timeZone,
      accessRole,
      updated: visible.at(-1)?.event.updated ?? '1970-01-01T00:00:00.000Z',
      defaultReminders: [],
      ...token,
      items: page.map(({ event }) => shownAs(event)),
    },
  };
}

type Begun = { ok: true; after: number; upTo: number; incremental: boolean } | { ok: false; error: GoogleError };

function begin(
  query: URLSearchParams,
  frame: { calendar: string; filters: string; generation: number },
  latest: number,
): Begun {
  const pageToken = query.get('pageToken');
  if (pageToken !== null) {
    const page = decode(pageToken);
    if (page?.kind !== 'page' || page.calendar !== frame.calendar || page.filters !== frame.filters)
      return { ok: false, error: REFUSALS.badPageToken };
    return { ok: true, ...page };
  }
  const syncToken = query.get('syncToken');
  if (syncToken === null) return { ok: true, after: 0, upTo: latest, incremental: false };
  const sync = decode(syncToken);
  if (sync?.kind !== 'sync' || sync.calendar !== frame.calendar || sync.generation !== frame.generation)
    return { ok: false, error: REFUSALS.fullSyncRequired };
  return { ok: true, after: sync.after, upTo: latest, incremental: true };
}

function isShown(event: FakeEvent, { calendar, query }: { calendar: FakeCalendar; query: URLSearchParams }): boolean {
  const timeMin = query.get('timeMin');
  // What repeats has no single end.
  if (timeMin !== null && event.end && !event.recurrence && endOf(event) <= Date.parse(timeMin)) return false;
  if (event.status !== 'cancelled' || query.get('showDeleted') === 'true') return true;
  // The one deleted event that every listing shows: an instance that a living series leaves out.
  const series = event.recurringEventId === undefined ? undefined : calendar.get(event.recurringEventId);
  return query.get('singleEvents') !== 'true' && series !== undefined && series.status !== 'cancelled';
}

function endOf({ end }: FakeEvent): number {
  return Date.parse(end?.dateTime ?? end?.date ?? '');
}

/** Of a deleted event a listing guarantees no more than its id, and which instance it was. */
function shownAs(event: FakeEvent): Record<string, unknown> {
  if (event.status !== 'cancelled') return event;
  const { kind, id, etag, status, recurringEventId, originalStartTime } = event;
  return { kind, id, etag, status, ...(recurringEventId === undefined ? {} : { recurringEventId, originalStartTime }) };
}

function encode(content: TokenContent): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

function decode(token: string): TokenContent | undefined {
  try {
    return JSON.parse(Buffer.from(token, 'base64url').toString()) as TokenContent;
  } catch {
    return undefined;
  }
}

import { BodyTooLargeError, readBody } from '@withmarfa/runtime-sdk';
import type { z } from 'zod';
import type { CalendarContext } from '../manifest.ts';
import {
  type CalendarEntry,
  CalendarEntrySchema,
  CalendarsPageSchema,
  type Channel,
  ChannelSchema,
  type EventsPage,
  EventsPageSchema,
  type GoogleEvent,
  GoogleEventSchema,
} from './google-event.ts';
import { classifyFailure, type GoogleFailure } from './google-failure.ts';

const MAX_BYTES = 20 * 1024 * 1024;
const PAGE_SIZE = 250;
/** Google gives 250 calendars a page. */
const MAX_CALENDAR_PAGES = 8;

export type Answer<Value> = { ok: true; value: Value } | GoogleFailure;

/** Where one page of events begins: at a page token, at a sync token, or at the start. */
export interface PagePosition {
  sync_token?: string | undefined;
  page_token?: string | undefined;
}

/** The part of Google Calendar API v3 that is used. Expected refusals are values; only Marfa's own refusals throw. */
export interface GoogleCalendar {
  listCalendars(): Promise<Answer<CalendarEntry[]>>;
  listEvents(calendarId: string, position: PagePosition): Promise<Answer<EventsPage>>;
  getEvent(calendarId: string, id: string): Promise<Answer<GoogleEvent>>;
  insertEvent(calendarId: string, body: Record<string, unknown>): Promise<Answer<GoogleEvent>>;
  /** @param etag the version the change was made from; without one the change is made to any. */
  patchEvent(
    calendarId: string,
    id: string,
    change: { body: Record<string, unknown>; etag: string | undefined },
  ): Promise<Answer<GoogleEvent>>;
  deleteEvent(calendarId: string, id: string): Promise<Answer<null>>;
  /** Has Google call `address` when something of a calendar changes. */
  watchEvents(calendarId: string, wish: ChannelWish): Promise<Answer<Channel>>;
  stopChannel(channel: Pick<Channel, 'id' | 'resourceId'>): Promise<Answer<null>>;
}

export interface ChannelWish {
  id: string;
  address: string;
  /** What each call says to prove itself. */
  token: string;
  /** When it is to end, in milliseconds since the epoch. */
  endMs: number;
}

/** @param options.now milliseconds since the epoch. */
export function createGoogleCalendar(
  ctx: Pick<CalendarContext, 'marfa' | 'signal'>,
  options: { now: number },
): GoogleCalendar {
  async function ask<Schema extends z.ZodType>(
    schema: Schema,
    method: string,
    path: string,
    more: { body?: Record<string, unknown>; etag?: string | undefined } = {},
  ): Promise<Answer<z.infer<Schema>>> {
    const headers = more.etag === undefined ? {} : { 'if-match': more.etag };
    const response = await ctx.marfa.proxyRequest(method, path, more.body, { headers });
    const text = await textOf(response, ctx.signal);
    if (text === null) return { ok: false, kind: 'later', reason: 'The answer of Google broke off or was too long.' };
    if (!response.ok) return classifyFailure(response, text, options.now);
    const parsed = schema.safeParse(parseJson(text));
    if (parsed.success) return { ok: true, value: parsed.data };
    return { ok: false, kind: 'later', reason: `Google answered ${response.status} with something unreadable.` };
  }

  /** For what is answered with nothing. */
  async function order(method: string, path: string, body?: Record<string, unknown>): Promise<Answer<null>> {
    const response = await ctx.marfa.proxyRequest(method, path, body);
    const text = (await textOf(response, ctx.signal)) ?? '';
    return response.ok ? { ok: true, value: null } : classifyFailure(response, text, options.now);
  }

  return {
    async listCalendars() {
      const found: CalendarEntry[] = [];
      let token: string | undefined;
      for (let page = 0; page < MAX_CALENDAR_PAGES; page += 1) {
        const query = new URLSearchParams({ maxResults: '250', ...(token === undefined ? {} : { pageToken: token }) });
        const answer = await ask(CalendarsPageSchema, 'GET', `users/me/calendarList?${query}`);
        if (!answer.ok) return answer;
        for (const raw of answer.value.items) {
          const entry = CalendarEntrySchema.safeParse(raw);
          if (entry.success) found.push(entry.data);
        }
        token = answer.value.nextPageToken;
        if (token === undefined) break;
      }
      return { ok: true, value: found };
    },
    listEvents(calendarId, { sync_token, page_token }) {
      // The same filters in every request: tokens hold for these alone.
      const query = new URLSearchParams({ maxResults: String(PAGE_SIZE), singleEvents: 'false', showDeleted: 'true' });
      if (sync_token !== undefined) query.set('syncToken', sync_token);
      if (page_token !== undefined) query.set('pageToken', page_token);
      return ask(EventsPageSchema, 'GET', `${eventsOf(calendarId)}?${query}`);
    },
    getEvent: (calendarId, id) => ask(GoogleEventSchema, 'GET', eventPath(calendarId, id)),
    insertEvent: (calendarId, body) => ask(GoogleEventSchema, 'POST', eventsOf(calendarId), { body }),
    patchEvent: (calendarId, id, change) => ask(GoogleEventSchema, 'PATCH', eventPath(calendarId, id), change),
    deleteEvent: (calendarId, id) => order('DELETE', eventPath(calendarId, id)),
    watchEvents: (calendarId, { id, address, token, endMs }) =>
      ask(ChannelSchema, 'POST', `${eventsOf(calendarId)}/watch`, {
        body: { id, type: 'web_hook', address, token, expiration: String(endMs) },
      }),
    stopChannel: ({ id, resourceId }) => order('POST', 'channels/stop', { id, resourceId }),
  };
}

function eventsOf(calendarId: string): string {
  return `calendars/${encodeURIComponent(calendarId)}/events`;
}

function eventPath(calendarId: string, id: string): string {
  return `${eventsOf(calendarId)}/${encodeURIComponent(id)}`;
}

/** @returns null for a body that breaks off or is too long. @throws the run's reason once it is over. */
async function textOf(response: Response, signal: AbortSignal): Promise<string | null> {
  try {
    return new TextDecoder().decode(await readBody(response, { maxBytes: MAX_BYTES, signal }));
  } catch (error) {
    signal.throwIfAborted();
    if (BodyTooLargeError.is(error) || error instanceof TypeError) return null;
    throw error;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import type { GoogleEvent } from '../upstream/google-event.ts';
import { hashParts, NO_TITLE, type Properties } from './event-parts.ts';
import { readEventTime } from './event-time.ts';

/**
 * Turns an event of Google's into the properties of an item. What the event lacks is `null`, which removes it.
 * @param options.type type of the item; `google.calendar.event` keeps more than `core.event`.
 * @returns null when the event has no beginning, as none that lives should.
 */
export function toProperties(
  event: GoogleEvent,
  { calendarId, type }: { calendarId: string; type: string },
): Properties | null {
  const time = readEventTime(event);
  if (time === null) return null;
  const original = event.originalStartTime;
  const parts: Properties = {
    title: event.summary || NO_TITLE,
    description: event.description || null,
    ...time,
    place: event.location || null,
    status: event.status ?? 'confirmed',
    recurrence: event.recurrence && event.recurrence.length > 0 ? event.recurrence : null,
  };
  return {
    ...parts,
    html_link: linkOrNull(event.htmlLink),
    etag: event.etag ?? null,
    calendar_id: calendarId,
    event_id: event.id,
    recurring_event_id: event.recurringEventId ?? null,
    original_starts_at: original?.date ?? original?.dateTime ?? null,
    synced: hashParts(parts),
    ...(type === 'core.event' ? { url: linkOrNull(event.htmlLink) } : wholeOf(event)),
  };
}

function wholeOf(event: GoogleEvent): Properties {
  const attendees = event.attendees?.map(({ email, displayName, responseStatus }) => ({
    ...(email === undefined ? {} : { email }),
    ...(displayName === undefined ? {} : { name: displayName }),
    ...(responseStatus === undefined ? {} : { response: responseStatus }),
  }));
  return {
    organizer: event.organizer?.email ?? null,
    attendees: attendees && attendees.length > 0 ? attendees : null,
    conference_url: linkOrNull(event.hangoutLink),
    transparency: event.transparency ?? null,
    visibility: event.visibility ?? null,
  };
}

function linkOrNull(link: string | undefined): string | null {
  return link !== undefined && URL.canParse(link) && /^https?:/.test(link) ? link : null;
}

import type { HandlerResult, Item } from '@withmarfa/runtime-sdk';
import type { CalendarContext } from '../manifest.ts';
import { hashContent, type Properties } from '../mapping/event-parts.ts';
import type { EventPlace } from '../mapping/event-place.ts';
import type { CalendarCursor } from '../state/calendar-cursor.ts';
import { trackWrite } from '../state/outbound-record.ts';
import type { GoogleCalendar } from '../upstream/google-calendar.ts';
import type { GoogleEvent } from '../upstream/google-event.ts';

/** What the steps that bring one item to Google share. */
export interface Push {
  ctx: CalendarContext;
  google: GoogleCalendar;
  cursor: CalendarCursor;
  item: Item;
  now: number;
}

export const DONE: HandlerResult = { ok: true };

/** @returns a refusal for good, with a reason that says what to do. */
export function giveUp(reason: string): HandlerResult {
  return { ok: false, retry: false, reason };
}

/**
 * Remembers a write to Google, so that its echo is known.
 * @param properties the event as properties, after the write.
 */
export function track({ cursor, now }: Push, place: EventPlace, properties: Properties): void {
  trackWrite(cursor.outbound, place, { hash: hashContent(properties), now });
}

/** @returns the etag that the item was last seen with. */
export function etagOf({ properties }: Item): string | undefined {
  return typeof properties.etag === 'string' ? properties.etag : undefined;
}

export function isDeleted(event: GoogleEvent): boolean {
  return event.status === 'cancelled';
}

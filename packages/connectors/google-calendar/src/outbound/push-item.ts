import type { HandlerResult, Item, ItemEventMessage } from '@withmarfa/runtime-sdk';
import { primaryOf } from '../inbound/choose-calendars.ts';
import { type CalendarContext, INTEGRATION_NAME } from '../manifest.ts';
import { type EventPlace, eventIdOf, placeOf } from '../mapping/event-place.ts';
import { type CalendarCursor, CURSOR_KEY, openCursor } from '../state/calendar-cursor.ts';
import { DELETED_HASH, trackWrite } from '../state/outbound-record.ts';
import { type Answer, createGoogleCalendar, type GoogleCalendar } from '../upstream/google-calendar.ts';
import { toHandlerResult } from '../upstream/google-failure.ts';
import { insertEvent } from './insert-event.ts';
import { DONE } from './push.ts';
import { updateEvent } from './update-event.ts';

/** How many calendars are remembered that items were pushed into. */
const MAX_PUSHED_INTO = 50;

/** What this step works with before it is known whether there is an item. */
interface Step {
  ctx: CalendarContext;
  google: GoogleCalendar;
  cursor: CalendarCursor;
  now: number;
}

/**
 * Brings a change that somebody made here to Google: a new item becomes an event, a changed one changes it, and one in the
 * trash deletes it. The item is read anew, because events that come close together are delivered as one.
 * @param options.now milliseconds since the epoch.
 * @throws MarfaApiError when the space or the account cannot be reached; the message is then delivered again.
 */
export async function pushItem(
  ctx: CalendarContext,
  message: ItemEventMessage,
  { now }: { now: number },
): Promise<HandlerResult> {
  if (message.event_type === 'metadata_changed') return DONE;
  const cursor = openCursor(await ctx.cursor.read(CURSOR_KEY));
  const step: Step = { ctx, google: createGoogleCalendar(ctx, { now }), cursor, now };
  const item = (await ctx.marfa.getItem(message.item_id))?.item;
  const result = item ? await push(step, item, message) : await forget(step, message.item_id);
  if (result.ok) await ctx.cursor.write(CURSOR_KEY, cursor);
  return result;
}

async function push(step: Step, item: Item, message: ItemEventMessage): Promise<HandlerResult> {
  const { ctx, cursor } = step;
  const source = cursor.source ?? ctx.integration_name;
  const place = placeOf(item, source);
  if (place === null && (isOthers(item, source) || !isOfType(item, ctx.configuration.target_type))) return DONE;
  if (place !== null && item.source !== source) {
    const own = await isOwn(step, place);
    if (!own.ok) return toHandlerResult(own);
    if (!own.value) return DONE;
  }

  if (item.state === 'trashed') return place ? deleteEvent(step, place) : forget(step, item.id);
  if (place) {
    // Trashed because its event was gone, and live again: somebody wants it back.
    const wantedBack = message.event_type === 'restored' || item.properties.status === 'cancelled';
    return updateEvent({ ...step, item }, place, { wantedBack });
  }
  if (item.state !== 'active') return DONE;
  return insert(step, item);
}

async function insert(step: Step, item: Item): Promise<HandlerResult> {
  const calendar = await writeCalendar(step);
  if (!calendar.ok) return toHandlerResult(calendar);
  if (calendar.value === null) return DONE;
  const others = step.cursor.pushed_into.filter((id) => id !== calendar.value);
  step.cursor.pushed_into = [...others, calendar.value].slice(-MAX_PUSHED_INTO);
  return insertEvent({ ...step, item }, calendar.value);
}

/** Whether an item was pushed by this Connection, and not by one to another account. */
async function isOwn(step: Step, { calendarId }: EventPlace): Promise<Answer<boolean>> {
  const { cursor } = step;
  if (cursor.pushed_into.includes(calendarId) || Object.hasOwn(cursor.calendars, calendarId))
    return { ok: true, value: true };
  const calendar = await writeCalendar(step);
  return calendar.ok ? { ok: true, value: calendar.value === calendarId } : calendar;
}

/** An item that another Connection of this connector keeps in step with another account. */
function isOthers(item: Item, source: string): boolean {
  return item.source_id !== undefined && item.source !== source && item.source.startsWith(INTEGRATION_NAME);
}

function isOfType(item: Item, type: string): boolean {
  return item.type === type || item.type.startsWith(`${type}.`);
}

/** Deletes the event that an item without any mark of it may have: the mark is written after the event. */
async function forget(step: Step, itemId: string): Promise<HandlerResult> {
  const calendar = await writeCalendar(step);
  if (!calendar.ok) return toHandlerResult(calendar);
  if (calendar.value === null) return DONE;
  return deleteEvent(step, { calendarId: calendar.value, eventId: eventIdOf(itemId) });
}

async function deleteEvent({ google, cursor, now }: Step, place: EventPlace): Promise<HandlerResult> {
  const answer = await google.deleteEvent(place.calendarId, place.eventId);
  if (!answer.ok && answer.kind !== 'gone' && answer.kind !== 'missing') return toHandlerResult(answer);
  if (answer.ok) trackWrite(cursor.outbound, place, { hash: DELETED_HASH, now });
  return DONE;
}

/** @returns the calendar that new events go to, by the id that listings have for it; null when they stay here. */
async function writeCalendar({ ctx, google, cursor }: Step): Promise<Answer<string | null>> {
  const id = ctx.configuration.default_write_calendar_id.trim();
  if (id === '') return { ok: true, value: null };
  if (id !== 'primary') return { ok: true, value: id };
  if (cursor.primary === undefined) {
    const listed = await google.listCalendars();
    if (!listed.ok) return listed;
    cursor.primary = primaryOf(listed.value);
  }
  return { ok: true, value: cursor.primary ?? id };
}

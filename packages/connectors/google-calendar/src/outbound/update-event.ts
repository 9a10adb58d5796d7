import type { HandlerResult } from '@withmarfa/runtime-sdk';
import {
  differingParts,
  hashParts,
  PARTS,
  type Part,
  type Properties,
  propertiesOf,
  syncedOf,
} from '../mapping/event-parts.ts';
import { type EventPlace, eventIdOf, ITEM_PROPERTY } from '../mapping/event-place.ts';
import { toEventFields } from '../mapping/to-event-fields.ts';
import { toProperties } from '../mapping/to-properties.ts';
import type { Answer } from '../upstream/google-calendar.ts';
import type { GoogleEvent } from '../upstream/google-event.ts';
import { toHandlerResult } from '../upstream/google-failure.ts';
import { linkItem } from './link-item.ts';
import { DONE, etagOf, giveUp, isDeleted, type Push } from './push.ts';

/**
 * Brings the parts of an item that were changed here to its event, on the condition that the event is still the one that
 * was seen last. If it is not, the event is read once: what was changed here goes there, and the rest comes from there.
 * @param options.current the event, if it was just read.
 * @param options.wantedBack the person wants the event even if it was deleted.
 */
export async function updateEvent(
  push: Push,
  place: EventPlace,
  options: { current?: GoogleEvent; wantedBack?: boolean } = {},
): Promise<HandlerResult> {
  const { google, item } = push;
  const synced = syncedOf(item.properties);
  const etag = etagOf(item);
  if (options.current === undefined && synced !== null && etag !== undefined && options.wantedBack !== true) {
    const changed = differingParts(hashParts(item.properties), synced);
    if (changed.length === 0) return DONE;
    const answer = await patch(push, place, { properties: item.properties, parts: changed, etag });
    if (answer.ok) return linkItem(push, place, answer.value);
    if (answer.kind !== 'stale' && answer.kind !== 'gone' && answer.kind !== 'missing') return toHandlerResult(answer);
  }

  const read: Answer<GoogleEvent> = options.current
    ? { ok: true, value: options.current }
    : await google.getEvent(place.calendarId, place.eventId);
  if (!read.ok) return read.kind === 'missing' ? giveUp(GONE) : toHandlerResult(read);
  if (isDeleted(read.value)) {
    // A deletion that was not seen yet comes with the next sync, and takes the item along.
    return options.wantedBack === true ? reviveEvent(push, place) : DONE;
  }
  return settle(push, place, read.value);
}

const GONE = 'The event is gone from Google Calendar for good. Make a new item to have it there again.';

/** Brings a deleted event back as the item has it. */
export async function reviveEvent(push: Push, place: EventPlace): Promise<HandlerResult> {
  const { google, item } = push;
  const mark =
    place.eventId === eventIdOf(item.id) ? { extendedProperties: { private: { [ITEM_PROPERTY]: item.id } } } : {};
  const body = { ...toEventFields(item.properties, PARTS), ...mark };
  const answer = await google.patchEvent(place.calendarId, place.eventId, { body, etag: undefined });
  return answer.ok ? linkItem(push, place, answer.value) : toHandlerResult(answer);
}

/** Decides between an item and an event that were both changed: this side's changes win where it made any. */
async function settle(push: Push, place: EventPlace, event: GoogleEvent): Promise<HandlerResult> {
  const { item } = push;
  const upstream = toProperties(event, { calendarId: place.calendarId, type: item.type });
  if (upstream === null) return giveUp('The event at Google Calendar cannot be read.');
  const synced = syncedOf(item.properties);
  const changed = synced === null ? PARTS : differingParts(hashParts(item.properties), synced);
  const merged = merge(item.properties, upstream, changed);
  const parts = differingParts(hashParts(merged), hashParts(upstream));
  const ours: Push = { ...push, item: { ...item, properties: merged } };
  if (parts.length === 0) return linkItem(ours, place, event);
  const answer = await patch(push, place, { properties: merged, parts, etag: event.etag });
  return answer.ok ? linkItem(ours, place, answer.value) : toHandlerResult(answer);
}

/** The event as it would be with this side's changes: a series may have been made there and its time changed here. */
function merge(properties: Properties, upstream: Properties, changed: readonly Part[]): Properties {
  const theirs = PARTS.filter((part) => !changed.includes(part));
  return { ...properties, ...propertiesOf(upstream, theirs) };
}

function patch(
  { google }: Push,
  { calendarId, eventId }: EventPlace,
  change: { properties: Properties; parts: readonly Part[]; etag: string | undefined },
): Promise<Answer<GoogleEvent>> {
  const body = toEventFields(change.properties, change.parts);
  return google.patchEvent(calendarId, eventId, { body, etag: change.etag });
}

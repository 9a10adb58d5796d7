import type { HandlerResult } from '@withmarfa/runtime-sdk';
import { PARTS } from '../mapping/event-parts.ts';
import { type EventPlace, eventIdOf, ITEM_PROPERTY } from '../mapping/event-place.ts';
import { readItemTime } from '../mapping/event-time.ts';
import { toEventFields, withoutNulls } from '../mapping/to-event-fields.ts';
import { toHandlerResult } from '../upstream/google-failure.ts';
import { linkItem } from './link-item.ts';
import { DONE, isDeleted, type Push } from './push.ts';
import { reviveEvent, updateEvent } from './update-event.ts';

/**
 * Makes the event of an item. Its id is the digest of the item's, so that an attempt that is repeated, because the answer
 * or the memory of it was lost, meets the first one's event and takes it over.
 * @param calendarId where new events go.
 */
export async function insertEvent(push: Push, calendarId: string): Promise<HandlerResult> {
  const { item, google, ctx } = push;
  if (readItemTime(item.properties) === null) {
    ctx.log.info('An event without a beginning stays here until it has one.', { item_id: item.id });
    return DONE;
  }
  const place: EventPlace = { calendarId, eventId: eventIdOf(item.id) };
  const body = {
    ...withoutNulls(toEventFields(item.properties, PARTS)),
    id: place.eventId,
    extendedProperties: { private: { [ITEM_PROPERTY]: item.id } },
  };
  const answer = await google.insertEvent(calendarId, body);
  if (answer.ok) return linkItem(push, place, answer.value);
  if (answer.kind !== 'taken') return toHandlerResult(answer);
  const found = await google.getEvent(calendarId, place.eventId);
  if (!found.ok) return toHandlerResult(found);
  // A deleted event holds its id for ever, so it is brought back.
  return isDeleted(found.value) ? reviveEvent(push, place) : updateEvent(push, place, { current: found.value });
}

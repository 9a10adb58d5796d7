import type { Item } from '@withmarfa/runtime-sdk';
import { sha256 } from '../sha-256.ts';
import type { GoogleEvent } from '../upstream/google-event.ts';

/** Where an event is at Google. */
export interface EventPlace {
  calendarId: string;
  eventId: string;
}

/** The private property by which an event says of which item it was made. */
export const ITEM_PROPERTY = 'marfa_item';
const ID_PREFIX = 'marfa:google.calendar:event:';

/**
 * The id that the event of an item has. The same for every attempt, so that an attempt that is repeated finds what the
 * first one made. Hexadecimal is a part of base32hex, in which Google wants ids.
 */
export function eventIdOf(itemId: string): string {
  return sha256(`${ID_PREFIX}${itemId}`);
}

/** @returns whether an event's id may be one of {@link eventIdOf}. */
export function isMadeHere(eventId: string): boolean {
  return /^[0-9a-f]{64}$/.test(eventId);
}

/** @returns the `source_id` of the item that is made of an event. */
export function sourceIdOf({ calendarId, eventId }: EventPlace): string {
  return `${calendarId}/${eventId}`;
}

/** @returns the item that an event was made of. The id proves it: no other event has the digest of this item's id. */
export function itemIdOf(event: GoogleEvent): string | null {
  const itemId = event.extendedProperties?.private?.[ITEM_PROPERTY];
  return itemId !== undefined && event.id === eventIdOf(itemId) ? itemId : null;
}

/**
 * Where the event of an item is.
 * @param source what this Connection writes as; another Connection's items are none of its own.
 * @returns null for an item that has none yet.
 */
export function placeOf(item: Item, source: string): EventPlace | null {
  if (item.source === source && item.source_id !== undefined) {
    const at = item.source_id.lastIndexOf('/');
    if (at > 0) return { calendarId: item.source_id.slice(0, at), eventId: item.source_id.slice(at + 1) };
  }
  const { calendar_id, event_id } = item.properties;
  // The digest proves that these were not copied from another item.
  if (typeof calendar_id !== 'string' || calendar_id === '' || event_id !== eventIdOf(item.id)) return null;
  return { calendarId: calendar_id, eventId: event_id };
}

import type { Item } from '@withmarfa/runtime-sdk';
import type { CalendarContext } from '../manifest.ts';
import { hashContent, type Properties } from '../mapping/event-parts.ts';
import { type EventPlace, itemIdOf, sourceIdOf } from '../mapping/event-place.ts';
import { toProperties } from '../mapping/to-properties.ts';
import { DELETED_HASH, deferEvent, judgeInbound } from '../state/outbound-record.ts';
import { type GoogleEvent, GoogleEventSchema } from '../upstream/google-event.ts';
import { excludeInstances } from './exclude-instances.ts';
import { findItems } from './find-items.ts';
import { mergeInbound } from './merge-inbound.ts';
import type { Sync } from './sync.ts';
import { note } from './sync-report.ts';
import { type ItemWrite, trashItem, writeItems } from './write-items.ts';

export interface ApplyOptions {
  calendarId: string;
  /** Whether items of these events may be here already. Those that are not looked for are found by their key alone. */
  mayBeHere: boolean;
}

interface ReadEvent {
  event: GoogleEvent;
  place: EventPlace;
  /** Null for a deleted event. */
  properties: Properties | null;
}

/**
 * Writes a page of events onto items: new ones are created, known ones updated, and items of deleted ones go to the trash.
 * Doing it twice is the same as doing it once.
 * @throws what the client throws when the space cannot be reached.
 */
export async function applyEvents(sync: Sync, raw: readonly unknown[], options: ApplyOptions): Promise<void> {
  const { ctx, cursor, report, now } = sync;
  const all = raw.flatMap((one) => readEvent(sync, one, options.calendarId));
  const events = all.filter(isDue);
  const places = events.map(({ place }) => place);
  const known = options.mayBeHere ? await findItems(ctx, places, cursor.source ?? null) : new Map<string, Item>();
  const writes: ItemWrite[] = [];
  for (const { event, place, properties } of events) {
    const item = known.get(sourceIdOf(place)) ?? (await itemBehind(ctx, event));
    if (properties === null) {
      if (item && item.state !== 'trashed' && (await trashItem(ctx, item))) report.trashed += 1;
      continue;
    }
    const write = item ? await planUpdate(ctx, item, { event, place, properties }) : toNew(ctx, place, properties);
    if (write) writes.push(write);
  }
  await writeItems(ctx, writes, { cursor, report });
  // Also those that were deleted from here: it is their series that has to know.
  const deleted = all.filter(({ properties }) => properties === null).map(({ event }) => event);
  await excludeInstances(sync, deleted, options.calendarId);

  function isDue({ place, properties }: ReadEvent): boolean {
    const hash = properties === null ? DELETED_HASH : hashContent(properties);
    const verdict = judgeInbound(cursor.outbound, place, { hash, now });
    // Where too many wait already it is taken at once: late is better than never.
    return verdict === 'take' || (verdict === 'defer' && !deferEvent(cursor.outbound, place));
  }
}

function readEvent({ ctx, report }: Sync, raw: unknown, calendarId: string): ReadEvent[] {
  const parsed = GoogleEventSchema.safeParse(raw);
  if (!parsed.success) {
    note(report.unreadable, 'an event without an id');
    return [];
  }
  const event = parsed.data;
  const place = { calendarId, eventId: event.id };
  if (event.status === 'cancelled') return [{ event, place, properties: null }];
  const properties = toProperties(event, { calendarId, type: ctx.configuration.target_type });
  if (properties !== null) return [{ event, place, properties }];
  note(report.unreadable, `${event.id}: no beginning`);
  return [];
}

/** The item that an event was pushed from, should the item have lost its mark. */
async function itemBehind(ctx: CalendarContext, event: GoogleEvent): Promise<Item | undefined> {
  const itemId = itemIdOf(event);
  return itemId === null ? undefined : ((await ctx.marfa.getItem(itemId))?.item ?? undefined);
}

function toNew(ctx: CalendarContext, place: EventPlace, properties: Properties): ItemWrite {
  return { kind: 'create', type: ctx.configuration.target_type, source_id: sourceIdOf(place), properties };
}

async function planUpdate(
  ctx: CalendarContext,
  item: Item,
  { event, place, properties }: { event: GoogleEvent; place: EventPlace; properties: Properties },
): Promise<ItemWrite | null> {
  if (item.state === 'trashed') {
    // Trashed here and unchanged there: the deletion is on its way. Changed since: someone wants the event back.
    if (item.properties.etag === event.etag) return null;
    await ctx.marfa.transitionItem(item.id, 'active');
  }
  const { calendarId } = place;
  const upstream = toProperties(event, { calendarId, type: item.type }) ?? properties;
  return { kind: 'update', item, properties: mergeInbound(item, upstream, { updated: event.updated }) };
}

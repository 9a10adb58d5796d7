import { sourceIdOf } from '../mapping/event-place.ts';
import type { GoogleEvent } from '../upstream/google-event.ts';
import { findItems } from './find-items.ts';
import type { Sync } from './sync.ts';
import { writeItems } from './write-items.ts';

/** The most instances of a series that are noted as cancelled; the latest stay. */
const MAX_EXCLUDED = 1_000;

/**
 * Notes on the items of series which of their instances were cancelled: such an instance has no item of its own that could
 * go to the trash, and the rules of the series do not leave it out.
 * @param deleted events that are deleted; those that are no instance are passed over.
 */
export async function excludeInstances(sync: Sync, deleted: readonly GoogleEvent[], calendarId: string): Promise<void> {
  const starts = new Map<string, string[]>();
  for (const { recurringEventId, originalStartTime } of deleted) {
    const start = originalStartTime?.date ?? originalStartTime?.dateTime;
    if (recurringEventId === undefined || start === undefined) continue;
    starts.set(recurringEventId, [...(starts.get(recurringEventId) ?? []), start]);
  }
  if (starts.size === 0) return;

  const { ctx, cursor, report } = sync;
  const places = [...starts.keys()].map((eventId) => ({ calendarId, eventId }));
  const series = await findItems(ctx, places, cursor.source ?? null);
  const writes = places.flatMap((place) => {
    const item = series.get(sourceIdOf(place));
    if (!item || item.state === 'trashed') return [];
    const known = Array.isArray(item.properties.excluded_starts) ? item.properties.excluded_starts : [];
    const all = [...new Set([...known, ...(starts.get(place.eventId) ?? [])])].slice(-MAX_EXCLUDED);
    return [{ kind: 'update' as const, item, properties: { excluded_starts: all } }];
  });
  await writeItems(ctx, writes, { cursor, report });
}

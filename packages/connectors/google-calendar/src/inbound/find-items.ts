import type { Item } from '@withmarfa/runtime-sdk';
import type { CalendarContext } from '../manifest.ts';
import { type EventPlace, isMadeHere, placeOf, sourceIdOf } from '../mapping/event-place.ts';

/** A filter has at most 4,000 characters. */
const MAX_FILTER = 3_800;
const MAX_TEXTS = 90;
/** A live item comes before one in the trash that has the same event. */
const STATES = ['trashed', 'archived', 'active'] as const;

/**
 * Finds the items of events, by the key of those that were made of an event, and by the event of those that were pushed.
 * @param source what this Connection writes as; null while it has written nothing.
 * @returns items by the `source_id` of their event.
 */
export async function findItems(
  ctx: Pick<CalendarContext, 'marfa'>,
  places: readonly EventPlace[],
  source: string | null,
): Promise<Map<string, Item>> {
  const wanted = new Set(places.map(sourceIdOf));
  const filters = [
    ...(source === null ? [] : toFilters('source_id', [...wanted])),
    ...toFilters(
      'properties.event_id',
      places.map(({ eventId }) => eventId).filter((id) => isMadeHere(id)),
    ),
  ];
  const found = new Map<string, Item>();
  for (const filter of filters) {
    for (const state of STATES) {
      const { data } = await ctx.marfa.listItems({ filter, state, limit: 200 });
      for (const item of data) {
        const place = placeOf(item, source ?? '');
        const key = place === null ? '' : sourceIdOf(place);
        if (wanted.has(key)) found.set(key, item);
      }
    }
  }
  return found;
}

function toFilters(field: string, texts: readonly string[]): string[] {
  const filters: string[] = [];
  let some: string[] = [];
  let length = 0;
  const close = () => {
    if (some.length > 0) filters.push(`${field} in (${some.join(', ')})`);
    some = [];
    length = 0;
  };
  for (const text of new Set(texts)) {
    const quoted = JSON.stringify(text);
    if (some.length === MAX_TEXTS || length + quoted.length + 2 > MAX_FILTER) close();
    some.push(quoted);
    length += quoted.length + 2;
  }
  close();
  return filters;
}

import type { Item } from '@withmarfa/runtime-sdk';
import { type CalendarContext, manifest } from '../manifest.ts';
import { type EventPlace, isMadeHere, placeOf, sourceIdOf } from '../mapping/event-place.ts';

/** A filter has at most 4,000 characters. */
const MAX_FILTER = 3_800;
const MAX_TEXTS = 90;
/** The last one counts: a live item comes before one in the trash that has the same event. */
const STATES = ['trashed', 'archived', 'active'] as const;

type Query = NonNullable<Parameters<CalendarContext['marfa']['listItems']>[0]>;

/**
 * Finds the items of events: by their key those that were made of an event, by their mark those that were pushed.
 * @param source what this Connection writes as; null while it has written nothing.
 * @returns items by the `source_id` of their event.
 */
export async function findItems(
  ctx: Pick<CalendarContext, 'marfa'>,
  places: readonly EventPlace[],
  source: string | null,
): Promise<Map<string, Item>> {
  const wanted = new Set(places.map(sourceIdOf));
  const pushed = places.map(({ eventId }) => eventId).filter(isMadeHere);
  // Both narrow the list before it is filtered, which is done row by row.
  const queries: Query[] = [
    ...(source === null ? [] : toFilters('source_id', [...wanted]).map((filter) => ({ filter, source }))),
    ...toFilters('properties.event_id', pushed).flatMap((filter) =>
      manifest.target_types.map((type) => ({ filter, type })),
    ),
  ];
  const found = new Map<string, Item>();
  for (const query of queries) {
    for (const state of STATES) {
      for await (const item of listAll(ctx, { ...query, state, limit: 200 })) {
        const place = placeOf(item, source ?? '');
        if (place !== null && wanted.has(sourceIdOf(place))) found.set(sourceIdOf(place), item);
      }
    }
  }
  return found;
}

/** A page may be short, or empty, and still not be the last. */
async function* listAll(ctx: Pick<CalendarContext, 'marfa'>, query: Query): AsyncGenerator<Item> {
  let cursor: string | null = null;
  do {
    const page = await ctx.marfa.listItems(cursor === null ? query : { ...query, cursor });
    yield* page.data;
    cursor = page.has_more ? page.cursor : null;
  } while (cursor !== null);
}

function toFilters(field: string, texts: readonly string[]): string[] {
  const groups: string[][] = [];
  let length = Number.POSITIVE_INFINITY;
  for (const text of new Set(texts)) {
    const quoted = JSON.stringify(text);
    length += quoted.length + 2;
    if (length > MAX_FILTER || (groups.at(-1)?.length ?? 0) === MAX_TEXTS) {
      groups.push([]);
      length = quoted.length + 2;
    }
    groups.at(-1)?.push(quoted);
  }
  return groups.map((quoted) => `${field} in (${quoted.join(', ')})`);
}

import type { SearchItemsQuery } from '@withmarfa/shared';
import type { Caller } from '../../../platform/caller.ts';
import type { Queryable } from '../../../platform/database/database.ts';
import { findSearchHits } from '../../../platform/database/search-index.ts';
import type { Platform } from '../../../platform/platform.ts';
import { toSearchWords } from '../../../platform/search-words.ts';
import type { TypesService } from '../../types/index.ts';
import { parseFilter } from '../filter/parse-filter.ts';
import { type ItemRow, toItem } from '../item-row.ts';
import { selectItems } from '../list/item-selection.ts';
import { createListCursors } from '../list/list-cursor.ts';
import { itemsById } from '../list/walk-items.ts';
import type { ItemList } from '../list-items.ts';

/** Hits looked at for one page, a few first. */
const HIT_WINDOWS = [200, 800, 4000];
/** From so many letters on, the last word of a query may go on. */
const MIN_OPENING_LENGTH = 2;

/**
 * Finds items by their words: all of them must be there, the last may go on. Newest first: in the order in which items
 * came to have words. As in lists, types that may not be read drop out, and a page may end short, with a cursor, once
 * 5,000 hits have been looked at.
 * @throws MarfaError `validation_error` for a filter or cursor that is none; `forbidden` for tags that may not be read.
 */
export function createItemSearch(
  { database, now }: Pick<Platform, 'database' | 'now'>,
  types: TypesService,
  list: ItemList,
) {
  return async (queryable: Queryable, caller: Caller, query: SearchItemsQuery) => {
    const { limit, cursor, include, ...rest } = query;
    const filter = query.filter === undefined ? undefined : parseFilter(query.filter, 'query $.filter');
    const cursors = createListCursors({ ...rest, search: true, tags: rest.tags && [...rest.tags].sort() }, now);
    const before = cursor === undefined ? null : cursors.decodeNumber(cursor);
    const catalogue = await types.of(caller, queryable);
    const selection = selectItems(database.dialect, caller, { catalogue, narrowing: { ...query, filter } });
    const words = toSearchWords(query.q);
    if (!selection || words.length === 0) return { data: [], cursor: null, has_more: false };
    const last = words.at(-1) ?? '';
    const opening = last.length >= MIN_OPENING_LENGTH ? last : null;
    const wanted = { spaceId: caller.spaceId, words: opening === null ? words : words.slice(0, -1), opening };
    const between = (items: ItemRow) =>
      (!query.since || items.created_at >= new Date(query.since).toISOString()) &&
      (!query.until || items.created_at < new Date(query.until).toISOString());

    const rows: ItemRow[] = [];
    let place = before;
    let next: number | null = null;
    windows: for (const size of HIT_WINDOWS) {
      const hits = await findSearchHits(queryable, database.dialect, { ...wanted, before: place, limit: size });
      const found = await itemsById(
        queryable,
        selection,
        hits.map((hit) => hit.item_id),
      );
      const byId = new Map(found.filter(between).map((row) => [row.id, row]));
      for (const { seq, item_id } of hits) {
        const row = byId.get(item_id);
        if (row && rows.length === limit) {
          next = place;
          break windows;
        }
        if (row) rows.push(row);
        place = seq;
      }
      next = hits.length < size ? null : place;
      if (next === null) break;
    }
    const data = include ? await list.include(queryable, caller, rows, include) : rows.map(toItem);
    return {
      data,
      cursor: next === null ? null : cursors.encode({ value: String(next), id: '' }),
      has_more: next !== null,
    };
  };
}

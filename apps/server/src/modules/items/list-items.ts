import {
  type Item,
  type ItemMetadata,
  type ListItemsQuery,
  mayAccessExtension,
  mayAccessMetadata,
  type Properties,
} from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { itemText } from '../../platform/item-text.ts';
import type { Platform } from '../../platform/platform.ts';
import type { TypesService } from '../types/index.ts';
import { parseFilter } from './filter/parse-filter.ts';
import { hydrateEdges } from './hydrate-edges.ts';
import { type ItemRow, toItem } from './item-row.ts';
import { extensionsOf, tagsOf } from './items-store.ts';
import { selectItems } from './list/item-selection.ts';
import { createListCursors } from './list/list-cursor.ts';
import { walkItems } from './list/walk-items.ts';

export interface ItemList {
  /** @throws MarfaError `validation_error` for a filter or cursor that is none; `forbidden` for tags that may not be read. */
  list(
    queryable: Queryable,
    caller: Caller,
    query: ListItemsQuery,
  ): Promise<{ data: (Item | IncludedRow)[]; cursor: string | null; has_more: boolean }>;
  /** As `list`, as JSON text: what is stored is not parsed only to be written again. */
  pageText(queryable: Queryable, caller: Caller, query: ListItemsQuery): Promise<string>;
  /** Adds what `include` asks for to rows that may be read. */
  include(
    queryable: Queryable,
    caller: Caller,
    rows: readonly ItemRow[],
    include: readonly string[],
  ): Promise<IncludedRow[]>;
}

export interface IncludedRow {
  item: Item;
  metadata?: ItemMetadata;
}

/**
 * Lists items. Types the caller may not read drop out silently; `system.*` rows are listed only when their type is asked
 * for. Where indexes alone do not answer, a page ends after 20,000 rows looked at: it may then be short, or
 * empty, with `has_more` and a cursor to go on from.
 */
export function createItemList({ database, now }: Pick<Platform, 'database' | 'now'>, types: TypesService): ItemList {
  async function include(
    queryable: Queryable,
    caller: Caller,
    rows: readonly ItemRow[],
    wanted: readonly string[],
  ): Promise<IncludedRow[]> {
    const ids = rows.map((row) => row.id);
    const edges = wanted.includes('edges')
      ? await hydrateEdges(queryable, caller, await types.of(caller, queryable), ids)
      : null;
    const tags =
      wanted.includes('metadata') && mayAccessMetadata(caller, 'tags', 'read')
        ? await tagsOf(queryable, caller.spaceId, ids)
        : null;
    const extensions = wanted.includes('extensions') ? await extensionsOf(queryable, caller.spaceId, ids) : null;
    return rows.map((row) => {
      const readable = (extensions?.get(row.id) ?? []).filter(({ namespace }) =>
        mayAccessExtension(caller, namespace, 'read'),
      );
      const extensionMap = Object.fromEntries(
        readable.map(({ namespace, data }) => [namespace, JSON.parse(data) as Properties]),
      );
      const item: Item = {
        ...toItem(row),
        ...(edges ? { edges: edges.get(row.id) ?? {} } : {}),
        ...(extensions ? { extensions: extensionMap } : {}),
      };
      if (!wanted.includes('metadata') && !extensions) return { item };
      return { item, metadata: { item_id: row.id, tags: tags?.get(row.id) ?? [], extensions: extensionMap } };
    });
  }

  async function page(queryable: Queryable, caller: Caller, query: ListItemsQuery) {
    const { sort, direction, limit, since, until, cursor } = query;
    const filter = query.filter === undefined ? undefined : parseFilter(query.filter, 'query $.filter');
    const cursors = createListCursors(namesOf(query), now);
    const after = cursor === undefined ? null : cursors.decode(cursor);
    const catalogue = await types.of(caller, queryable);
    const selection = selectItems(database.dialect, caller, { catalogue, narrowing: { ...query, filter } });
    if (!selection) return { rows: [], cursor: null };
    const order = { sort, direction, since: toUtc(since), until: toUtc(until) };
    const { rows, next } = await walkItems(queryable, selection, order, { limit, after });
    // A type may have been added since the catalogue was read; whether it may be read is not known here.
    return { rows: rows.filter((row) => selection.types.has(row.type)), cursor: next && cursors.encode(next) };
  }

  return {
    include,

    async list(queryable, caller, query) {
      const { rows, cursor } = await page(queryable, caller, query);
      const data = query.include ? await include(queryable, caller, rows, query.include) : rows.map(toItem);
      return { data, cursor, has_more: cursor !== null };
    },

    async pageText(queryable, caller, query) {
      const { rows, cursor } = await page(queryable, caller, query);
      const data = query.include
        ? JSON.stringify(await include(queryable, caller, rows, query.include))
        : `[${rows.map(itemText).join(',')}]`;
      return `{"data":${data},"cursor":${JSON.stringify(cursor)},"has_more":${cursor !== null}}`;
    },
  };
}

/** Everything a cursor is bound to. */
function namesOf({ limit: _limit, cursor: _cursor, include: _include, ...rest }: ListItemsQuery) {
  return { ...rest, tags: rest.tags && [...rest.tags].sort() };
}

function toUtc(time: string | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}

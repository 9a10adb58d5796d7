import {
  type Item,
  type ItemMetadata,
  isSystemType,
  type ListItemsQuery,
  MarfaError,
  mayAccessExtension,
  mayAccessMetadata,
  type Properties,
} from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { NULL_SPACE_ID } from '../../platform/database/null-space.ts';
import { decodeCursor, toPage } from '../../platform/page-cursor.ts';
import type { TypesService } from '../types/index.ts';
import { hydrateEdges } from './hydrate-edges.ts';
import { type ItemRow, toItem } from './item-row.ts';
import { extensionsOf, tagsOf } from './items-store.ts';

export interface ItemList {
  list(
    queryable: Queryable,
    caller: Caller,
    query: ListItemsQuery,
  ): Promise<{ data: (Item | IncludedRow)[]; cursor: string | null; has_more: boolean }>;
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

/** Lists items. Types the caller may not read drop out silently; `system.*` rows are listed only when their type is asked for. */
export function createItemList(types: TypesService): ItemList {
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

  return {
    include,

    async list(queryable, caller, query) {
      const readable = (await types.of(caller, queryable)).readable(caller, query.type).map((type) => type.id);
      const typeIds = query.type ? readable : readable.filter((id) => !isSystemType(id));
      if (typeIds.length === 0) return { data: [], cursor: null, has_more: false };
      if (query.tags && !mayAccessMetadata(caller, 'tags', 'read')) {
        throw new MarfaError('forbidden', 'Filtering by tags needs the right to read tags.');
      }
      const rows = await selectRows(queryable, caller, query, typeIds);
      const page = toPage(
        rows,
        query.limit,
        (row) => ({ value: row[query.sort], id: row.id }),
        (row) => row,
      );
      const data = query.include ? await include(queryable, caller, page.data, query.include) : page.data.map(toItem);
      return { ...page, data };
    },
  };
}

function selectRows(
  queryable: Queryable,
  caller: Caller,
  query: ListItemsQuery,
  typeIds: string[],
): Promise<ItemRow[]> {
  const { sort, direction } = query;
  const spaces = query.type === 'system.integration' ? [caller.spaceId, NULL_SPACE_ID] : [caller.spaceId];
  let select = queryable
    .selectFrom('items')
    .selectAll()
    .where('space_id', 'in', spaces)
    .where('state', '=', query.state)
    .where('type', 'in', typeIds);
  if (query.source !== undefined) select = select.where('source', '=', query.source);
  if (query.tier !== 'all') select = select.where('tier', '=', query.tier);
  if (query.since) select = select.where(sort, '>=', new Date(query.since).toISOString());
  if (query.until) select = select.where(sort, '<', new Date(query.until).toISOString());
  for (const tag of new Set(query.tags)) {
    select = select.where((row) =>
      row.exists(
        row
          .selectFrom('item_tags')
          .select('item_tags.tag')
          .whereRef('item_tags.item_id', '=', 'items.id')
          .where('item_tags.tag', '=', tag),
      ),
    );
  }
  if (query.cursor) {
    const place = decodeCursor(query.cursor);
    const after = direction === 'asc' ? '>' : '<';
    select = select.where((row) => row(row.refTuple(sort, 'id'), after, row.tuple(place.value, place.id)));
  }
  return select
    .orderBy(sort, direction)
    .orderBy('id', direction)
    .limit(query.limit + 1)
    .execute();
}

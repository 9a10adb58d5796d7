import { type Item, type ListItemsQuery, MarfaError, mayAccessType } from '@withmarfa/shared';
import { parseSimpleFilter } from './parse-simple-filter.ts';
import type { SpaceCaller } from './space-caller.ts';
import type { SpaceState } from './space-state.ts';
import type { TypeCatalogue } from './type-catalogue.ts';

export interface ItemPage {
  data: Item[];
  cursor: string | null;
  has_more: boolean;
}

/**
 * Lists items as the API does; system rows only when their type is asked for.
 * @throws MarfaError `validation_error` for a `filter` beyond {@link parseSimpleFilter}, and a foreign cursor.
 */
export function listItems(
  { state, catalogue }: { state: SpaceState; catalogue: TypeCatalogue },
  caller: SpaceCaller,
  query: ListItemsQuery,
): ItemPage {
  const fits = query.filter === undefined ? () => true : parseSimpleFilter(query.filter);
  const { sort, direction, limit } = query;
  const sign = direction === 'asc' ? 1 : -1;
  const rows = [...state.items.values()]
    .filter((item) => matches(item))
    .sort((one, other) => sign * compare(placeOf(one), placeOf(other)));
  const after = query.cursor === undefined ? null : readCursor(query.cursor);
  const rest = after === null ? rows : rows.filter((item) => sign * compare(placeOf(item), after) > 0);
  const data = rest.slice(0, limit);
  const last = data.at(-1);
  const cursor = rest.length > limit && last ? Buffer.from(placeOf(last)).toString('base64url') : null;
  return { data, cursor, has_more: cursor !== null };

  function placeOf(item: Item): string {
    return `${item[sort]} ${item.id}`;
  }

  function matches(item: Item): boolean {
    const tags = state.tags.get(item.id) ?? [];
    return (
      (query.type === undefined ? !item.type.startsWith('system.') : catalogue.isA(item.type, query.type)) &&
      mayAccessType(caller.grant, catalogue.refOf(item.type), 'read') &&
      item.state === query.state &&
      fits(item) &&
      (query.source === undefined || item.source === query.source) &&
      (query.tier === 'all' || item.tier === query.tier) &&
      (query.tags ?? []).every((tag) => tags.includes(tag)) &&
      (query.since === undefined || Date.parse(item[sort]) >= Date.parse(query.since)) &&
      (query.until === undefined || Date.parse(item[sort]) <= Date.parse(query.until))
    );
  }
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function readCursor(cursor: string): string {
  const place = Buffer.from(cursor, 'base64url').toString();
  if (/^\S+Z [0-9a-f-]{36}$/.test(place)) return place;
  throw new MarfaError('validation_error', 'This cursor is of another list.', {
    details: { issues: [{ path: 'query $.cursor', message: 'expected the cursor of the page before' }] },
  });
}

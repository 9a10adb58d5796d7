import type { SelectQueryBuilder } from 'kysely';
import type { Queryable } from '../../../platform/database/database.ts';
import { IS_CONTENT, unindexed } from '../../../platform/database/index-hints.ts';
import type { Tables } from '../../../platform/database/tables.ts';
import type { ItemRow } from '../item-row.ts';
import { carries, type ItemCondition, type ItemRange, type ItemSelection } from './item-selection.ts';
import type { ListPlace } from './list-cursor.ts';

/**
 * Index entries looked at for one page where the index alone does not answer: a few first, since most pages are full
 * early. When all of them have been looked at, the page ends, however short, with a cursor to go on from.
 */
export const SCAN_WINDOWS = [1000, 4000, 15_000] as const;
/** A tag that no more items carry than this leads to its items; a more common one is looked for in the list's order. */
export const RARE_TAG_ITEMS = 1000;

export interface ItemOrder {
  sort: 'created_at' | 'updated_at' | 'timestamp';
  direction: 'asc' | 'desc';
  /** The first time that counts, and the first that no longer does; in UTC. */
  since?: string | undefined;
  until?: string | undefined;
}

/** Rows in order, and the place to go on from; null when that was all. */
export interface ItemWalk {
  rows: ItemRow[];
  next: ListPlace | null;
}

/** A stretch of the order; `after` is outside of it, `through` inside, both in the direction of the walk. */
interface Stretch {
  after: ListPlace | null;
  through: ListPlace | null;
}

type ItemsQuery<Row> = SelectQueryBuilder<Tables, 'items', Row>;

/**
 * Takes one page from a selection. No row is counted, skipped by number, or sorted that an index gives in order.
 * @param options.after where the page before ended.
 */
export async function walkItems(
  queryable: Queryable,
  selection: ItemSelection,
  order: ItemOrder,
  options: { limit: number; after: ListPlace | null },
): Promise<ItemWalk> {
  const { limit } = options;
  const rare = await findRareTag(queryable, selection);
  if (rare !== null)
    return toWalk(await itemsWithTag(queryable, selection, order, { ...options, tag: rare }), limit, order);
  const conditions = [...selection.residual, ...selection.tags.map(carries)];
  if (conditions.length === 0) {
    const stretch = { after: options.after, through: null };
    return toWalk(await rowsOf(queryable, selection, order, { stretch, conditions, limit: limit + 1 }), limit, order);
  }
  const rows: ItemRow[] = [];
  let { after } = options;
  for (const size of SCAN_WINDOWS) {
    // The end is fixed by a key before the rows are read: what others write in between shifts no row out of the stretch.
    const through = await placeAhead(queryable, selection, order, { after, size });
    const stretch = { after, through };
    rows.push(...(await rowsOf(queryable, selection, order, { stretch, conditions, limit: limit + 1 - rows.length })));
    if (rows.length > limit || through === null) return toWalk(rows, limit, order);
    after = through;
  }
  return { rows, next: after };
}

function toWalk(rows: readonly ItemRow[], limit: number, { sort }: ItemOrder): ItemWalk {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return { rows: page, next: rows.length > limit && last ? { value: last[sort], id: last.id } : null };
}

async function rowsOf(
  queryable: Queryable,
  selection: ItemSelection,
  order: ItemOrder,
  { stretch, conditions, limit }: { stretch: Stretch; conditions: readonly ItemCondition[]; limit: number },
): Promise<ItemRow[]> {
  const select = together(queryable, selection.ranges, (range) => {
    let query = within(inRange(queryable, selection, range), order, stretch).selectAll('items');
    for (const condition of conditions) query = query.where(condition);
    return query.orderBy(`items.${order.sort}`, order.direction).orderBy('items.id', order.direction).limit(limit);
  });
  return inOrder(await select.execute(), order, (row) => ({ value: row[order.sort], id: row.id })).slice(0, limit);
}

/**
 * @returns a key so far ahead that no more than `size` entries lie before it, or null when there are not so many. Read from
 *   the index alone; the offset is a constant and counts its entries.
 */
async function placeAhead(
  queryable: Queryable,
  selection: ItemSelection,
  order: ItemOrder,
  { after, size }: { after: ListPlace | null; size: number },
): Promise<ListPlace | null> {
  const { sort, direction } = order;
  const share = Math.ceil(size / selection.ranges.length);
  const select = together(queryable, selection.ranges, (range) =>
    within(inRange(queryable, selection, range), order, { after, through: null })
      .select([`items.${sort} as value`, 'items.id'])
      .orderBy(`items.${sort}`, direction)
      .orderBy('items.id', direction)
      .limit(1)
      .offset(share - 1),
  );
  const [nearest] = inOrder(await select.execute(), order, (place) => place);
  return nearest ?? null;
}

function inRange(queryable: Queryable, { state }: ItemSelection, { spaceId, type }: ItemRange) {
  const select = queryable.selectFrom('items').where('items.space_id', '=', spaceId).where('items.state', '=', state);
  return type === null ? select.where(IS_CONTENT) : select.where('items.type', '=', type);
}

/** One lower and one upper bound at the most: given two, an index would use one of them, and perhaps the wider. */
function within<Row>(select: ItemsQuery<Row>, order: ItemOrder, { after, through }: Stretch): ItemsQuery<Row> {
  const { sort, direction, since, until } = order;
  const isAscending = direction === 'asc';
  const from = since === undefined ? null : { value: since, id: '' };
  const to = until === undefined ? null : { value: until, id: '' };
  let query = select;
  const bound = (operator: '<' | '<=' | '>' | '>=', place: ListPlace) => {
    query = query.where((items) =>
      items(items.refTuple(`items.${sort}`, 'items.id'), operator, items.tuple(place.value, place.id)),
    );
  };
  if (isAscending) {
    if (after && !(from && precedes(after, from))) bound('>', after);
    else if (from) bound('>=', from);
    if (through && !(to && precedes(to, through))) bound('<=', through);
    else if (to) bound('<', to);
  } else {
    if (after && !(to && precedes(to, after))) bound('<', after);
    else if (to) bound('<', to);
    if (through && !(from && precedes(through, from))) bound('>=', through);
    else if (from) bound('>=', from);
  }
  return query;
}

function precedes(one: ListPlace, other: ListPlace): boolean {
  return one.value === other.value ? one.id < other.id : one.value < other.value;
}

/**
 * One statement for several ranges, each cut short by itself: neither database can be relied on to merge their indexes, but
 * both walk one in order and stop. What comes together is put in order here.
 */
function together<Row>(
  queryable: Queryable,
  [first, ...rest]: readonly ItemRange[],
  branch: (range: ItemRange) => ItemsQuery<Row>,
) {
  if (!first) throw new RangeError('a selection has at least one range');
  // A subquery around a single one would have each row copied once more.
  if (rest.length === 0) return branch(first);
  // SQLite takes a limit inside a union only within a subquery.
  const one = (range: ItemRange) => queryable.selectFrom(branch(range).as('range')).selectAll('range');
  return rest.reduce((union, range) => union.unionAll(one(range)), one(first));
}

function inOrder<Row>(rows: readonly Row[], { direction }: ItemOrder, place: (row: Row) => ListPlace): Row[] {
  const sign = direction === 'asc' ? 1 : -1;
  return rows.toSorted((one, other) => (precedes(place(one), place(other)) ? -sign : sign));
}

async function findRareTag(queryable: Queryable, { tags, ranges }: ItemSelection): Promise<string | null> {
  const spaceId = ranges[0]?.spaceId ?? '';
  for (const tag of tags) {
    const carriers = await queryable
      .selectFrom('item_tags')
      .select('item_id')
      .where('space_id', '=', spaceId)
      .where('tag', '=', tag)
      // Nobody wants the order; it makes the index the way to go where a tag is common in other spaces.
      .orderBy('item_id')
      .limit(RARE_TAG_ITEMS + 1)
      .execute();
    if (carriers.length <= RARE_TAG_ITEMS) return tag;
  }
  return null;
}

/** Starts from the few items that carry the tag; they alone are sorted. */
function itemsWithTag(
  queryable: Queryable,
  selection: ItemSelection,
  order: ItemOrder,
  { limit, after, tag }: { limit: number; after: ListPlace | null; tag: string },
): Promise<ItemRow[]> {
  const spaceId = selection.ranges[0]?.spaceId ?? '';
  const carriers = among(queryable, selection, { known: tag }).where('items.id', 'in', (items) =>
    items.selectFrom('item_tags').select('item_id').where('space_id', '=', spaceId).where('tag', '=', tag),
  );
  return within(carriers, order, { after, through: null })
    .selectAll('items')
    .orderBy(`items.${order.sort}`, order.direction)
    .orderBy('items.id', order.direction)
    .limit(limit + 1)
    .execute();
}

/** @returns those of the selection that have one of these ids, in no order. */
export async function itemsById(
  queryable: Queryable,
  selection: ItemSelection,
  ids: readonly string[],
): Promise<ItemRow[]> {
  if (ids.length === 0) return [];
  return among(queryable, selection)
    .where('items.id', 'in', [...ids])
    .selectAll('items')
    .execute();
}

/** Items of the selection for whoever knows a few candidates: no index but the one of ids is of use. */
function among(queryable: Queryable, { ranges, state, types, tags, residual }: ItemSelection, { known = '' } = {}) {
  const spaceIds = [...new Set(ranges.map((range) => range.spaceId))];
  let select = queryable
    .selectFrom('items')
    .where(unindexed('items.space_id'), 'in', spaceIds)
    .where(unindexed('items.state'), '=', state)
    .where(unindexed('items.type'), 'in', [...types]);
  for (const condition of [...residual, ...tags.filter((tag) => tag !== known).map(carries)])
    select = select.where(condition);
  return select;
}

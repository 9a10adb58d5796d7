import { type ItemState, isSystemType, MarfaError, mayAccessMetadata, type Tier } from '@withmarfa/shared';
import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import type { Caller } from '../../../platform/caller.ts';
import type { Database } from '../../../platform/database/database.ts';
import { unindexed } from '../../../platform/database/index-hints.ts';
import { NULL_SPACE_ID } from '../../../platform/database/null-space.ts';
import type { Tables } from '../../../platform/database/tables.ts';
import type { Catalogue } from '../../types/index.ts';
import { compileFilter } from '../filter/compile-filter.ts';
import type { FilterExpression } from '../filter/filter-expression.ts';

/** Up to so many types are looked up one by one and merged; more are picked out of all content. */
const MAX_MERGED_RANGES = 8;

/** What narrows a list, a search or a bulk action. */
export interface Narrowing {
  type?: string | undefined;
  state: ItemState;
  source?: string | undefined;
  tier: Tier | 'all';
  tags?: readonly string[] | undefined;
  filter?: FilterExpression | undefined;
}

export type ItemsExpression = ExpressionBuilder<Tables, 'items'>;
export type ItemCondition = (items: ItemsExpression) => Expression<SqlBool>;

/** A part of an index: one type of one space, or all its user content. */
export interface ItemRange {
  spaceId: string;
  type: string | null;
}

/** The items a caller asks for and may read, cut so that indexes serve them. */
export interface ItemSelection {
  ranges: readonly ItemRange[];
  state: ItemState;
  /** Types that may be read: rows of all content are held against them. */
  types: ReadonlySet<string>;
  tags: readonly string[];
  /** What no index answers; each row of the ranges is looked at. */
  residual: readonly ItemCondition[];
}

/**
 * @returns null when the caller may read nothing of it.
 * @throws MarfaError `forbidden` for tags without the right to read them.
 */
export function selectItems(
  dialect: Database['dialect'],
  caller: Caller,
  { catalogue, narrowing }: { catalogue: Catalogue; narrowing: Narrowing },
): ItemSelection | null {
  const { type, state, source, tier, tags, filter } = narrowing;
  if (tags && !mayAccessMetadata(caller, 'tags', 'read'))
    throw new MarfaError('forbidden', 'Filtering by tags needs the right to read tags.');
  const readable = catalogue.readable(caller, type).map(({ id }) => id);
  // Rows of the platform are listed only when their type is asked for.
  const types = type === undefined ? readable.filter((id) => !isSystemType(id)) : readable;
  if (types.length === 0) return null;

  const residual: ItemCondition[] = [];
  const ranges = rangesOf(caller, catalogue, { types, asked: type });
  const [first] = ranges;
  if (first?.type === null && !isAllContent(catalogue, types))
    residual.push((items) => items(unindexed('items.type'), 'in', types));
  if (source !== undefined) residual.push((items) => items('items.source', '=', source));
  if (tier !== 'all') residual.push((items) => items('items.tier', '=', tier));
  if (filter) residual.push(compileFilter(dialect, filter));
  return { ranges, state, types: new Set(types), tags: [...new Set(tags)], residual };
}

function rangesOf(
  caller: Caller,
  catalogue: Catalogue,
  { types, asked }: { types: readonly string[]; asked: string | undefined },
): ItemRange[] {
  // Catalogue rows lie in the null space and are read from every space.
  const spaces = asked === 'system.integration' ? new Set([caller.spaceId, NULL_SPACE_ID]) : [caller.spaceId];
  const isWide = types.length > MAX_MERGED_RANGES || (asked === undefined && isAllContent(catalogue, types));
  if (isWide && !types.some(isSystemType)) return [{ spaceId: caller.spaceId, type: null }];
  return [...spaces].flatMap((spaceId) => types.map((type) => ({ spaceId, type })));
}

function isAllContent(catalogue: Catalogue, types: readonly string[]): boolean {
  return types.length === catalogue.contentTypes().length;
}

/** Holds for items that carry a tag. */
export function carries(tag: string): ItemCondition {
  return (items) =>
    items.exists(
      items
        .selectFrom('item_tags')
        .select('item_tags.tag')
        .whereRef('item_tags.item_id', '=', 'items.id')
        .where('item_tags.tag', '=', tag),
    );
}

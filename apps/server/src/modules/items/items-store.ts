import type { Insertable, RawBuilder } from 'kysely';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { LIVE_STATES } from '../../platform/database/index-hints.ts';
import { NULL_SPACE_ID } from '../../platform/database/null-space.ts';
import { preparedQuery } from '../../platform/database/prepared-query.ts';
import { holdRows, lockRows, lockRowsToRemove } from '../../platform/database/row-lock.ts';
import type { Tables } from '../../platform/database/tables.ts';
import { tagsText } from '../../platform/database/tags-text.ts';
import type { ItemRow } from './item-row.ts';

/** Catalogue rows lie in the null space and are readable from every space. */
const CATALOGUE_TYPE = 'system.integration';

type ById = { id: string; spaceId: string };

function visibleItems(queryable: Queryable, value: { [Name in keyof ById]: RawBuilder<string> }) {
  return queryable
    .selectFrom('items')
    .selectAll()
    .where('id', '=', value.id)
    .where((row) =>
      row.or([
        row('space_id', '=', value.spaceId),
        row.and([row('space_id', '=', NULL_SPACE_ID), row('type', '=', CATALOGUE_TYPE)]),
      ]),
    );
}

const visibleItem = preparedQuery<ById, ItemRow>(['id', 'spaceId'], visibleItems);
const visibleItemWithTags = preparedQuery<ById, ItemRow & { tags_text: string }>(
  ['id', 'spaceId'],
  (queryable, value) => visibleItems(queryable, value).select(tagsText(queryable).as('tags_text')),
);

export async function findItem(queryable: Queryable, spaceId: string, id: string): Promise<ItemRow | undefined> {
  return (await visibleItem(queryable, { id, spaceId })).rows[0];
}

/** As {@link findItem}, with the item's tags, sorted, as the text of a JSON list. */
export async function findItemWithTags(
  queryable: Queryable,
  spaceId: string,
  id: string,
): Promise<(ItemRow & { tags_text: string }) | undefined> {
  return (await visibleItemWithTags(queryable, { id, spaceId })).rows[0];
}

/** As {@link findItem}, of the own space alone, holding other writers of the row off until the transaction ends. */
export function lockItem(
  transaction: Transaction,
  dialect: 'sqlite' | 'postgres',
  spaceId: string,
  id: string,
  { toRemove = false } = {},
): Promise<ItemRow | undefined> {
  const select = transaction.selectFrom('items').selectAll().where('space_id', '=', spaceId).where('id', '=', id);
  return (toRemove ? lockRowsToRemove(select, dialect) : lockRows(select, dialect)).executeTakeFirst();
}

/** Keeps an item from being purged until the transaction ends. @returns whether it is there. */
export async function holdItem(
  transaction: Transaction,
  dialect: 'sqlite' | 'postgres',
  { space_id, id }: Pick<ItemRow, 'space_id' | 'id'>,
): Promise<boolean> {
  const select = transaction.selectFrom('items').select('id').where('space_id', '=', space_id).where('id', '=', id);
  return (await holdRows(select, dialect).executeTakeFirst()) !== undefined;
}

/** The live item under a natural key, locked like {@link lockItem}. */
export function lockNaturalKey(
  transaction: Transaction,
  dialect: 'sqlite' | 'postgres',
  spaceId: string,
  key: { source: string; sourceId: string },
): Promise<ItemRow | undefined> {
  const select = transaction
    .selectFrom('items')
    .selectAll()
    .where('space_id', '=', spaceId)
    .where('source', '=', key.source)
    .where('source_id', '=', key.sourceId)
    .where('state', 'in', LIVE_STATES);
  return lockRows(select, dialect).executeTakeFirst();
}

const insertRow = preparedQuery<ItemRow>(
  [
    'id',
    'space_id',
    'type',
    'properties',
    'state',
    'tier',
    'version',
    'schema_version',
    'source',
    'source_id',
    'device',
    'capture_latitude',
    'capture_longitude',
    'timestamp',
    'created_at',
    'updated_at',
  ],
  (queryable, value) =>
    queryable
      .insertInto('items')
      .values(value)
      .onConflict((conflict) => conflict.doNothing()),
);

/** @returns false when the id or the natural key is taken; nothing was written then. */
export async function insertItem(transaction: Transaction, row: ItemRow): Promise<boolean> {
  const { numAffectedRows = 0n } = await insertRow(transaction, row);
  return numAffectedRows > 0n;
}

export function updateItemRow(transaction: Transaction, row: ItemRow, changes: Partial<Insertable<Tables['items']>>) {
  return transaction
    .updateTable('items')
    .set(changes)
    .where('space_id', '=', row.space_id)
    .where('id', '=', row.id)
    .execute();
}

/** Tags, extensions, versions, edges and search words go with the item. */
export async function removeItem(transaction: Transaction, row: Pick<ItemRow, 'space_id' | 'id'>): Promise<void> {
  await transaction.deleteFrom('items').where('space_id', '=', row.space_id).where('id', '=', row.id).execute();
}

export function keepVersion(transaction: Transaction, row: ItemRow) {
  return transaction
    .insertInto('item_versions')
    .values({
      item_id: row.id,
      space_id: row.space_id,
      version: row.version,
      properties: row.properties,
      device: row.device,
      created_at: row.updated_at,
    })
    .execute();
}

export async function findVersion(
  queryable: Queryable,
  spaceId: string,
  itemId: string,
  version: number,
): Promise<string | null> {
  const row = await queryable
    .selectFrom('item_versions')
    .select('properties')
    .where('space_id', '=', spaceId)
    .where('item_id', '=', itemId)
    .where('version', '=', version)
    .executeTakeFirst();
  return row?.properties ?? null;
}

/** One more than `limit` of what the item was before its changes, newest first. */
export function versionsOf(
  queryable: Queryable,
  row: Pick<ItemRow, 'space_id' | 'id'>,
  { before, limit }: { before: number | null; limit: number },
) {
  let select = queryable
    .selectFrom('item_versions')
    .selectAll()
    .where('space_id', '=', row.space_id)
    .where('item_id', '=', row.id);
  if (before !== null) select = select.where('version', '<', before);
  return select
    .orderBy('version', 'desc')
    .limit(limit + 1)
    .execute();
}

/** @returns whether the item lacked one of them. */
export async function addTags(transaction: Transaction, row: ItemRow, tags: readonly string[]): Promise<boolean> {
  if (tags.length === 0) return false;
  const rows = tags.map((tag) => ({ item_id: row.id, space_id: row.space_id, tag }));
  const result = await transaction
    .insertInto('item_tags')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirst();
  return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
}

const tagsOfItem = preparedQuery<{ itemId: string; spaceId: string }, { tag: string }>(
  ['itemId', 'spaceId'],
  (queryable, value) =>
    queryable
      .selectFrom('item_tags')
      .select('tag')
      .where('item_id', '=', value.itemId)
      .where('space_id', '=', value.spaceId)
      .orderBy('tag'),
);

/** @returns the tags of one item, sorted. */
export async function tagsOfOne(queryable: Queryable, row: Pick<ItemRow, 'id' | 'space_id'>): Promise<string[]> {
  const { rows } = await tagsOfItem(queryable, { itemId: row.id, spaceId: row.space_id });
  return rows.map(({ tag }) => tag);
}

/** @returns the tags of each item, sorted. */
export async function tagsOf(
  queryable: Queryable,
  spaceId: string,
  itemIds: readonly string[],
): Promise<Map<string, string[]>> {
  const tags = new Map<string, string[]>(itemIds.map((id) => [id, []]));
  if (itemIds.length === 0) return tags;
  const rows = await queryable
    .selectFrom('item_tags')
    .select(['item_id', 'tag'])
    .where('space_id', '=', spaceId)
    .where('item_id', 'in', [...itemIds])
    .orderBy('tag')
    .execute();
  for (const row of rows) tags.get(row.item_id)?.push(row.tag);
  return tags;
}

export async function extensionsOf(
  queryable: Queryable,
  spaceId: string,
  itemIds: readonly string[],
): Promise<Map<string, { namespace: string; data: string }[]>> {
  const extensions = new Map<string, { namespace: string; data: string }[]>(itemIds.map((id) => [id, []]));
  if (itemIds.length === 0) return extensions;
  const rows = await queryable
    .selectFrom('item_extensions')
    .select(['item_id', 'namespace', 'data'])
    .where('space_id', '=', spaceId)
    .where('item_id', 'in', [...itemIds])
    .orderBy('namespace')
    .execute();
  for (const { item_id, ...row } of rows) extensions.get(item_id)?.push(row);
  return extensions;
}

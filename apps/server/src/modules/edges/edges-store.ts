import type { Edge, Properties } from '@withmarfa/shared';
import { type Selectable, sql } from 'kysely';
import type { Database, Queryable, Transaction } from '../../platform/database/database.ts';
import { toTenantId } from '../../platform/database/null-space.ts';
import { holdRows, lockRows } from '../../platform/database/row-lock.ts';
import type { Tables } from '../../platform/database/tables.ts';

export type EdgeRow = Selectable<Tables['edges']>;
export type EdgeEnd = { id: string; type: string; state: string };
export type EdgeSide = 'source_id' | 'target_id';

export function toEdge({ space_id, properties, ...row }: EdgeRow): Edge {
  return { ...row, tenant_id: toTenantId(space_id), properties: JSON.parse(properties) as Properties };
}

/** The edge, locked: who else wants to remove it waits, and then finds it gone. */
export function lockEdge(
  transaction: Transaction,
  dialect: Database['dialect'],
  spaceId: string,
  id: string,
): Promise<EdgeRow | undefined> {
  const select = transaction.selectFrom('edges').selectAll().where('space_id', '=', spaceId).where('id', '=', id);
  return lockRows(select, dialect).executeTakeFirst();
}

export function findEnds(queryable: Queryable, spaceId: string, ids: readonly string[]): Promise<EdgeEnd[]> {
  return selectEnds(queryable, spaceId, ids).execute();
}

/** As {@link findEnds}, keeping the items from being purged until the transaction ends. */
export function holdEnds(
  queryable: Queryable,
  dialect: Database['dialect'],
  spaceId: string,
  ids: readonly string[],
): Promise<EdgeEnd[]> {
  return holdRows(selectEnds(queryable, spaceId, ids).orderBy('id'), dialect).execute();
}

function selectEnds(queryable: Queryable, spaceId: string, ids: readonly string[]) {
  return queryable
    .selectFrom('items')
    .select(['id', 'type', 'state'])
    .where('space_id', '=', spaceId)
    .where('id', 'in', [...ids]);
}

export function insertEdge(transaction: Transaction, row: EdgeRow) {
  return transaction.insertInto('edges').values(row).execute();
}

/** @returns whether it was there still. */
export async function removeEdge(transaction: Transaction, spaceId: string, id: string): Promise<boolean> {
  const removal = transaction.deleteFrom('edges').where('space_id', '=', spaceId).where('id', '=', id);
  return (await removal.executeTakeFirstOrThrow()).numDeletedRows > 0n;
}

export function changeEdge(transaction: Transaction, row: EdgeRow) {
  return transaction
    .updateTable('edges')
    .set({ properties: row.properties, updated_at: row.updated_at })
    .where('space_id', '=', row.space_id)
    .where('id', '=', row.id)
    .execute();
}

/** As {@link lockEdge}, the edge of this type from one item to another; there is one at the most. */
export function lockEdgeBetween(
  transaction: Transaction,
  dialect: Database['dialect'],
  spaceId: string,
  edge: Pick<EdgeRow, 'source_id' | 'target_id' | 'edge_type'>,
): Promise<EdgeRow | undefined> {
  const select = transaction
    .selectFrom('edges')
    .selectAll()
    .where('space_id', '=', spaceId)
    .where('source_id', '=', edge.source_id)
    .where('target_id', '=', edge.target_id)
    .where('edge_type', '=', edge.edge_type);
  return lockRows(select, dialect).executeTakeFirst();
}

export function edgesOf(
  queryable: Queryable,
  spaceId: string,
  side: EdgeSide,
  itemId: string,
  edgeType?: string,
): Promise<EdgeRow[]> {
  let select = queryable.selectFrom('edges').selectAll().where('space_id', '=', spaceId).where(side, '=', itemId);
  if (edgeType) select = select.where('edge_type', '=', edgeType);
  return select.orderBy('id').execute();
}

/** @returns whether following edges of this type from `from` reaches `to`. */
export async function reaches(
  queryable: Queryable,
  spaceId: string,
  edgeType: string,
  from: string,
  to: string,
): Promise<boolean> {
  const result = await sql<{ found: number }>`
    with recursive reached (id) as (
      select cast(${from} as text)
      union
      select edges.target_id from edges join reached on edges.source_id = reached.id
      where edges.space_id = ${spaceId} and edges.edge_type = ${edgeType}
    ) select count(*) as found from reached where id = ${to}`.execute(queryable);
  return Number(result.rows[0]?.found ?? 0) > 0;
}

import { type EdgeType, type SpaceConfig, SpaceConfigSchema, type TypeSchema } from '@withmarfa/shared';
import { sql } from 'kysely';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import type { Platform } from '../../platform/platform.ts';

/** Everything a space's catalogue is made from, as one statement saw it. */
export interface SpaceState {
  revision: number;
  types: TypeSchema[];
  edgeTypes: EdgeType[];
  config: SpaceConfig;
  /** Characters of JSON it was read from. */
  size: number;
}

interface StateRow {
  revision: number;
  config: string;
  kind: 'type' | 'edge type' | null;
  schema: string | null;
}

/** One statement: a change between two looks would mix two revisions. */
export async function loadSpaceState(queryable: Queryable, spaceId: string): Promise<SpaceState> {
  const { rows } = await sql<StateRow>`
    select spaces.revision, spaces.config, own.kind, own.schema from spaces left join (
      select space_id, id, 'type' as kind, schema from space_types where space_id = ${spaceId}
      union all select space_id, id, 'edge type' as kind, schema from space_edge_types where space_id = ${spaceId}
    ) as own on own.space_id = spaces.id where spaces.id = ${spaceId} order by own.id`.execute(queryable);
  const parsed = <Schema>(kind: StateRow['kind']) =>
    rows.flatMap((row) => (row.kind === kind && row.schema !== null ? [JSON.parse(row.schema) as Schema] : []));
  return {
    revision: rows[0]?.revision ?? 0,
    types: parsed<TypeSchema>('type'),
    edgeTypes: parsed<EdgeType>('edge type'),
    config: SpaceConfigSchema.parse(JSON.parse(rows[0]?.config ?? '{}')),
    size: rows.reduce((total, row) => total + (row.schema?.length ?? 0), 1),
  };
}

/**
 * Takes the turn to change a space's types or configuration: other changes of the space wait until the transaction ends,
 * and every later request reads its catalogue anew.
 * @returns the state that the change starts from.
 */
export async function openForChange(
  transaction: Transaction,
  { actingKeys }: Pick<Platform, 'actingKeys'>,
  spaceId: string,
): Promise<SpaceState> {
  await transaction
    .updateTable('spaces')
    .set((row) => ({ revision: row('revision', '+', 1) }))
    .where('id', '=', spaceId)
    .execute();
  actingKeys.forgetAll(transaction);
  return loadSpaceState(transaction, spaceId);
}

/** @returns what in the space keeps a type from going away. */
export async function usesOfType(
  transaction: Transaction,
  spaceId: string,
  state: SpaceState,
  id: string,
): Promise<string[]> {
  const item = await transaction
    .selectFrom('items')
    .select('id')
    .where('space_id', '=', spaceId)
    .where('type', '=', id)
    .limit(1)
    .executeTakeFirst();
  return [
    ...(item ? ['items'] : []),
    ...state.types.flatMap((type) => (type.parent === id ? [`the type ${type.id}`] : [])),
    ...state.edgeTypes.flatMap((type) =>
      [...type.source_type_constraints, ...type.target_type_constraints].includes(id)
        ? [`the edge type ${type.id}`]
        : [],
    ),
  ];
}

export async function hasEdgesOfType(transaction: Transaction, spaceId: string, id: string): Promise<boolean> {
  const edge = await transaction
    .selectFrom('edges')
    .select('id')
    .where('space_id', '=', spaceId)
    .where('edge_type', '=', id)
    .limit(1)
    .executeTakeFirst();
  return edge !== undefined;
}

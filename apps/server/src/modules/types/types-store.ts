import type { EdgeType, TypeSchema } from '@withmarfa/shared';
import { sql } from 'kysely';
import type { Queryable } from '../../platform/database/database.ts';

/** Everything a space's catalogue is made from, as one statement saw it. */
export interface SpaceState {
  revision: number;
  types: TypeSchema[];
  edgeTypes: EdgeType[];
  /** Characters of JSON it was read from. */
  size: number;
}

interface StateRow {
  revision: number;
  kind: 'type' | 'edge type' | null;
  schema: string | null;
}

/** One statement: a change between two looks would mix two revisions. */
export async function loadSpaceState(queryable: Queryable, spaceId: string): Promise<SpaceState> {
  const { rows } = await sql<StateRow>`
    select spaces.revision, own.kind, own.schema from spaces left join (
      select space_id, id, 'type' as kind, schema from space_types where space_id = ${spaceId}
      union all select space_id, id, 'edge type' as kind, schema from space_edge_types where space_id = ${spaceId}
    ) as own on own.space_id = spaces.id where spaces.id = ${spaceId} order by own.id`.execute(queryable);
  const parsed = <Schema>(kind: StateRow['kind']) =>
    rows.flatMap((row) => (row.kind === kind && row.schema !== null ? [JSON.parse(row.schema) as Schema] : []));
  return {
    revision: rows[0]?.revision ?? 0,
    types: parsed<TypeSchema>('type'),
    edgeTypes: parsed<EdgeType>('edge type'),
    size: rows.reduce((total, row) => total + (row.schema?.length ?? 0), 1),
  };
}

import { type Item, mayAccessEdge } from '@withmarfa/shared';
import { sql } from 'kysely';
import type { Caller } from '../../platform/caller.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { toTenantId } from '../../platform/database/null-space.ts';
import { encodeCursor } from '../../platform/page-cursor.ts';
import type { Catalogue } from '../types/index.ts';

/** Edges of one type shown inside an item; the rest is paged through `/items/{id}/edges`. */
const EDGES_PER_TYPE = 50;

interface RankedEdge {
  id: string;
  space_id: string;
  source_id: string;
  target_id: string;
  edge_type: string;
  properties: string;
  created_at: string;
  updated_at: string;
  place: number;
}

/** Finds the outbound edges of several items, by item and edge type; what the caller may not read is left out. */
export async function hydrateEdges(
  queryable: Queryable,
  caller: Caller,
  catalogue: Catalogue,
  itemIds: readonly string[],
): Promise<Map<string, NonNullable<Item['edges']>>> {
  const hydrated = new Map<string, NonNullable<Item['edges']>>(itemIds.map((id) => [id, {}]));
  const edgeTypes = catalogue
    .edgeTypes()
    .map((type) => type.id)
    .filter((id) => mayAccessEdge(caller, id, 'read'));
  const targetTypes = catalogue.readable(caller).map((type) => type.id);
  if (itemIds.length === 0 || edgeTypes.length === 0 || targetTypes.length === 0) return hydrated;
  const { rows } = await sql<RankedEdge>`
    select * from (
      select edges.*, row_number() over (partition by edges.source_id, edges.edge_type order by edges.id) as place
      from edges join items on items.id = edges.target_id
      where edges.space_id = ${caller.spaceId} and edges.source_id in (${sql.join(itemIds)})
        and edges.edge_type in (${sql.join(edgeTypes)}) and items.type in (${sql.join(targetTypes)})
    ) as ranked where place <= ${EDGES_PER_TYPE + 1} order by id`.execute(queryable);
  for (const { place, space_id, properties, ...row } of rows) {
    const byType = hydrated.get(row.source_id);
    if (!byType) continue;
    const group = byType[row.edge_type] ?? { edges: [], has_more: false };
    byType[row.edge_type] = group;
    if (Number(place) > EDGES_PER_TYPE) {
      group.has_more = true;
      const last = group.edges.at(-1);
      if (last) group.next_cursor = encodeCursor({ value: last.id, id: last.id });
    } else {
      group.edges.push({
        ...row,
        tenant_id: toTenantId(space_id),
        properties: JSON.parse(properties) as Record<string, unknown>,
      });
    }
  }
  return hydrated;
}

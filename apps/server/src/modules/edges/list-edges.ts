import { type Edge, type EndpointInput, type listEdges, mayAccessEdge } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Database, Queryable } from '../../platform/database/database.ts';
import { decodeCursor, encodeCursor } from '../../platform/page-cursor.ts';
import type { TypesService } from '../types/index.ts';
import { type EdgeRow, findEnds, toEdge } from './edges-store.ts';

type EdgesQuery = EndpointInput<typeof listEdges>['query'];
type EdgePage = { data: Edge[]; cursor: string | null; has_more: boolean };

/** Edges looked at in one step, and steps in one request: a page stays short rather than let one request go on. */
const STEP = 500;
const MAX_STEPS = 20;
/** Up to so many edge types, each is read from its own index; beyond, the edges of all types are looked through. */
const MAX_MERGED_TYPES = 10;

/**
 * Lists the edges of a space. What the caller may not read drops out while the index is walked; where much drops out, a
 * page may be short and still have more behind it.
 */
export function createEdgeList({ read }: Pick<Database, 'read'>, types: TypesService) {
  return async (caller: Caller, query: EdgesQuery): Promise<EdgePage> => {
    const catalogue = await types.of(caller);
    const readableEdges = catalogue
      .edgeTypes()
      .map((type) => type.id)
      .filter((id) => mayAccessEdge(caller, id, 'read') && (!query.edge_type || query.edge_type.includes(id)));
    // Who runs the space reads every type, and nothing has to be looked up.
    const readableItems = caller.role === 'member' ? new Set(catalogue.readable(caller).map((type) => type.id)) : null;
    const data: Edge[] = [];
    if (readableEdges.length === 0 || readableItems?.size === 0) return { data, cursor: null, has_more: false };
    const walk = readableEdges.length <= MAX_MERGED_TYPES ? readableEdges : null;
    const wanted = new Set(readableEdges);
    let after = query.cursor === undefined ? null : decodeCursor(query.cursor).id;

    for (let step = 0; step < MAX_STEPS; step += 1) {
      const size = step === 0 ? query.limit + 1 : STEP;
      const rows = await nextEdges(read, caller.spaceId, { edgeTypes: walk, after, size });
      const endTypes = readableItems ? await typesOfEnds(read, caller.spaceId, rows) : null;
      for (const row of rows) {
        const isReadable = (id: string) => readableItems?.has(endTypes?.get(id) ?? '') ?? true;
        if (!wanted.has(row.edge_type) || !isReadable(row.source_id) || !isReadable(row.target_id)) {
          after = row.id;
          continue;
        }
        if (data.length === query.limit && after !== null) return { data, cursor: cursorAt(after), has_more: true };
        data.push(toEdge(row));
        after = row.id;
      }
      if (rows.length < size) return { data, cursor: null, has_more: false };
    }
    return { data, cursor: after === null ? null : cursorAt(after), has_more: after !== null };
  };
}

const cursorAt = (id: string) => encodeCursor({ value: id, id });

/** The next edges by id: of these types, each from its index, or of all types. */
async function nextEdges(
  queryable: Queryable,
  spaceId: string,
  { edgeTypes, after, size }: { edgeTypes: readonly string[] | null; after: string | null; size: number },
): Promise<EdgeRow[]> {
  const page = (edgeType: string | null): Promise<EdgeRow[]> => {
    let select = queryable.selectFrom('edges').selectAll().where('space_id', '=', spaceId);
    if (edgeType !== null) select = select.where('edge_type', '=', edgeType);
    if (after !== null) select = select.where('id', '>', after);
    return select.orderBy('id').limit(size).execute();
  };
  if (edgeTypes === null) return page(null);
  const rows: EdgeRow[] = [];
  for (const edgeType of edgeTypes) rows.push(...(await page(edgeType)));
  return rows.sort((left, right) => (left.id < right.id ? -1 : 1)).slice(0, size);
}

async function typesOfEnds(
  queryable: Queryable,
  spaceId: string,
  rows: readonly EdgeRow[],
): Promise<Map<string, string>> {
  if (rows.length === 0) return new Map();
  const ids = new Set(rows.flatMap((row) => [row.source_id, row.target_id]));
  return new Map((await findEnds(queryable, spaceId, [...ids])).map((end) => [end.id, end.type]));
}

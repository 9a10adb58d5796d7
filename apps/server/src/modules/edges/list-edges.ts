import { type Edge, mayAccessEdge } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Database, Queryable } from '../../platform/database/database.ts';
import { decodeCursor, encodeCursor } from '../../platform/page-cursor.ts';
import type { TypesService } from '../types/index.ts';
import { type EdgeRow, type EdgeSide, findEnds, toEdge } from './edges-store.ts';

export interface EdgeListQuery {
  /** The edge types asked for; all, when none is named. */
  edgeTypes?: readonly string[] | undefined;
  /** The one item whose edges are meant, and on which side it stands. */
  end?: { side: EdgeSide; itemId: string };
  limit: number;
  cursor?: string | undefined;
}

export interface EdgePage {
  data: Edge[];
  cursor: string | null;
  has_more: boolean;
}

/** Edges looked at in one step, and steps in one request: a page stays short rather than let one request go on. */
const STEP = 500;
const MAX_STEPS = 20;
/** Ranges in one statement; SQLite takes 500. */
const MAX_RANGES = 200;

/**
 * Lists edges, oldest first, of a space or of one item. Each edge type is read from its own index, and what the caller
 * may not read drops out on the way; where much drops out, a page may be short and still have more behind it.
 */
export function createEdgeList({ read }: Pick<Database, 'read'>, types: TypesService) {
  return async (caller: Caller, query: EdgeListQuery): Promise<EdgePage> => {
    const catalogue = await types.of(caller);
    const edgeTypes = catalogue
      .edgeTypes()
      .map((type) => type.id)
      .filter((id) => mayAccessEdge(caller, id, 'read') && (!query.edgeTypes || query.edgeTypes.includes(id)));
    // Who runs the space reads every type, and nothing has to be looked up.
    const readable = caller.role === 'member' ? new Set(catalogue.readable(caller).map((type) => type.id)) : null;
    const data: Edge[] = [];
    if (edgeTypes.length === 0 || readable?.size === 0) return { data, cursor: null, has_more: false };
    let after = query.cursor === undefined ? null : decodeCursor(query.cursor).id;

    for (let step = 0; step < MAX_STEPS; step += 1) {
      const size = step === 0 ? query.limit + 1 : STEP;
      const rows = await nextEdges(read, caller.spaceId, { edgeTypes, end: query.end, after, size });
      const endTypes = readable ? await typesOfEnds(read, caller.spaceId, rows) : null;
      const isReadable = (id: string) => readable?.has(endTypes?.get(id) ?? '') ?? true;
      for (const row of rows) {
        if (isReadable(row.source_id) && isReadable(row.target_id)) {
          const last = data.at(-1);
          // At the last edge that was shown: one that was passed over would be named by its id.
          if (last && data.length === query.limit) return { data, cursor: cursorAt(last.id), has_more: true };
          data.push(toEdge(row));
        }
        after = row.id;
      }
      if (rows.length < size) return { data, cursor: null, has_more: false };
    }
    return { data, cursor: after === null ? null : cursorAt(after), has_more: after !== null };
  };
}

const cursorAt = (id: string) => encodeCursor({ value: id, id });

/**
 * The next edges by id. One statement for many types, each cut short by itself: neither database can be relied on to
 * merge their indexes, but this side of the wire can.
 */
async function nextEdges(
  queryable: Queryable,
  spaceId: string,
  options: { edgeTypes: readonly string[]; end: EdgeListQuery['end']; after: string | null; size: number },
): Promise<EdgeRow[]> {
  const { edgeTypes, end, after, size } = options;
  const range = (edgeType: string) => {
    let select = queryable
      .selectFrom('edges')
      .selectAll()
      .where('space_id', '=', spaceId)
      .where('edge_type', '=', edgeType);
    if (end) select = select.where(end.side, '=', end.itemId);
    if (after !== null) select = select.where('id', '>', after);
    return queryable.selectFrom(select.orderBy('id').limit(size).as('range')).selectAll('range');
  };
  const rows: EdgeRow[] = [];
  for (let start = 0; start < edgeTypes.length; start += MAX_RANGES) {
    const [first, ...rest] = edgeTypes.slice(start, start + MAX_RANGES).map(range);
    if (first) rows.push(...(await rest.reduce((union, next) => union.unionAll(next), first).execute()));
  }
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

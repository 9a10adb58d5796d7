import {
  ACYCLIC_EDGE_TYPES,
  type Edge,
  type EdgeType,
  type EndpointInput,
  type listItemEdges,
  MarfaError,
  mayAccessEdge,
  mayAccessType,
  mayWriteEdge,
  type Properties,
} from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import { advisoryLock } from '../../platform/database/advisory-lock.ts';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { isUniqueViolation } from '../../platform/database/storage-fault.ts';
import { appendEdgeEvent } from '../../platform/event-log/append-edge-event.ts';
import { toPage } from '../../platform/page-cursor.ts';
import type { Platform } from '../../platform/platform.ts';
import type { AuditService } from '../audit/index.ts';
import type { Catalogue, TypesService } from '../types/index.ts';
import {
  type EdgeEnd,
  type EdgeRow,
  type EdgeSide,
  edgesOf,
  findEnds,
  insertEdge,
  lockEdge,
  pageOfEdges,
  reaches,
  removeEdge,
  toEdge,
} from './edges-store.ts';

type EdgeQuery = EndpointInput<typeof listItemEdges>['query'];

export interface NewEdge {
  source_id: string;
  target_id: string;
  edge_type: string;
  properties: Properties;
}

export interface EdgesService {
  /** @param options.quiet true where nobody is to be told, as in a bulk write. */
  create(transaction: Transaction, caller: Caller, edge: NewEdge, options?: { quiet?: boolean }): Promise<Edge>;
  remove(transaction: Transaction, caller: Caller, id: string): Promise<Edge>;
  /** Makes the outbound edges of each named type exactly these targets; types that are not named stay as they are. */
  replaceOutbound(
    transaction: Transaction,
    caller: Caller,
    sourceId: string,
    block: Readonly<Record<string, readonly string[]>>,
    options?: { quiet?: boolean },
  ): Promise<boolean>;
  list(
    caller: Caller,
    side: EdgeSide,
    itemId: string,
    query: EdgeQuery,
  ): Promise<{ data: Edge[]; cursor: string | null; has_more: boolean }>;
}

export function createEdgesService(
  { database, now, newId }: Platform,
  types: TypesService,
  audit: AuditService,
): EdgesService {
  async function loadEnds(queryable: Queryable, caller: Caller, sourceId: string, targetId: string) {
    const ends = await findEnds(queryable, caller.spaceId, [sourceId, targetId]);
    const find = (id: string, name: string): EdgeEnd => {
      const end = ends.find((candidate) => candidate.id === id);
      if (!end) throw new MarfaError('item_not_found', `There is no item ${id}.`, { details: { field: name } });
      return end;
    };
    return { source: find(sourceId, 'source_id'), target: find(targetId, 'target_id') };
  }

  function passGate(caller: Caller, catalogue: Catalogue, edgeType: string, source: EdgeEnd): void {
    if (mayWriteEdge(caller, edgeType, catalogue.refOf(source.type))) return;
    throw new MarfaError(
      'edge_permission_denied',
      `Writing ${edgeType} edges from ${source.type} needs write on the edge type and on ${source.type}.`,
    );
  }

  async function create(
    transaction: Transaction,
    caller: Caller,
    edge: NewEdge,
    { quiet = false } = {},
  ): Promise<Edge> {
    const catalogue = await types.of(caller, transaction);
    const type = catalogue.findEdgeType(edge.edge_type);
    if (!type) throw unknownType(edge.edge_type);
    // Cardinality and loops are rules over several rows.
    await advisoryLock(transaction, database.dialect, `${caller.spaceId}:${type.id}`);
    const { source, target } = await loadEnds(transaction, caller, edge.source_id, edge.target_id);
    passGate(caller, catalogue, type.id, source);
    if (!mayAccessType(caller, catalogue.refOf(target.type), 'read')) {
      throw new MarfaError('edge_permission_denied', `Relating to ${target.type} needs read on it.`);
    }
    refuseWrongTypes(catalogue, type, source, target);
    await refuseOverCardinality(transaction, caller.spaceId, type, edge);
    await refuseCycle(transaction, caller.spaceId, edge);
    const at = now().toISOString();
    const row = {
      id: newId(),
      space_id: caller.spaceId,
      ...edge,
      properties: JSON.stringify(edge.properties),
      created_at: at,
      updated_at: at,
    };
    try {
      await insertEdge(transaction, row);
    } catch (error) {
      throw isUniqueViolation(error) ? duplicate(edge) : error;
    }
    await audit.record(transaction, caller, { action: 'edge.create', resource_type: 'edge', resource_id: row.id });
    if (!quiet) await tell(transaction, caller, 'edge.created', { row, source, target });
    return toEdge(row);
  }

  async function drop(
    transaction: Transaction,
    caller: Caller,
    edge: { row: EdgeRow; source: EdgeEnd; target: EdgeEnd },
    { quiet = false } = {},
  ): Promise<void> {
    const { id } = edge.row;
    await removeEdge(transaction, caller.spaceId, id);
    await audit.record(transaction, caller, { action: 'edge.delete', resource_type: 'edge', resource_id: id });
    if (!quiet) await tell(transaction, caller, 'edge.deleted', edge);
  }

  function tell(
    transaction: Transaction,
    caller: Caller,
    event: Parameters<typeof appendEdgeEvent>[1],
    { row, source, target }: { row: EdgeRow; source: EdgeEnd; target: EdgeEnd },
  ): Promise<void> {
    return appendEdgeEvent(transaction, event, row, {
      sourceType: source.type,
      targetType: target.type,
      originConnectionId: caller.connectionId,
    });
  }

  return {
    create,

    async remove(transaction, caller, id) {
      const row = await lockEdge(transaction, database.dialect, caller.spaceId, id);
      if (!row || !mayAccessEdge(caller, row.edge_type, 'read'))
        throw new MarfaError('edge_not_found', 'There is no such edge.');
      const { source, target } = await loadEnds(transaction, caller, row.source_id, row.target_id);
      passGate(caller, await types.of(caller, transaction), row.edge_type, source);
      await drop(transaction, caller, { row, source, target });
      return toEdge(row);
    },

    async replaceOutbound(transaction, caller, sourceId, block, options) {
      const catalogue = await types.of(caller, transaction);
      let changed = false;
      for (const [edgeType, targets] of Object.entries(block)) {
        if (!catalogue.findEdgeType(edgeType)) throw unknownType(edgeType);
        const wanted = new Set(targets);
        const present = await edgesOf(transaction, caller.spaceId, 'source_id', sourceId, edgeType);
        const stale = present.filter((row) => !wanted.has(row.target_id));
        const missing = [...wanted].filter((target) => !present.some((row) => row.target_id === target));
        if (stale.length === 0 && missing.length === 0) continue;
        changed = true;
        const { source } = await loadEnds(transaction, caller, sourceId, sourceId);
        passGate(caller, catalogue, edgeType, source);
        for (const row of stale) {
          const { target } = await loadEnds(transaction, caller, sourceId, row.target_id);
          await drop(transaction, caller, { row, source, target }, options);
        }
        for (const target_id of missing) {
          const edge = { source_id: sourceId, target_id, edge_type: edgeType, properties: {} };
          await create(transaction, caller, edge, options);
        }
      }
      return changed;
    },

    async list(caller, side, itemId, query) {
      const catalogue = await types.of(caller);
      const readable = catalogue
        .edgeTypes()
        .map((type) => type.id)
        .filter((id) => mayAccessEdge(caller, id, 'read') && (!query.edge_type || id === query.edge_type));
      const otherTypes = catalogue.readable(caller).map((type) => type.id);
      if (readable.length === 0 || otherTypes.length === 0) return { data: [], cursor: null, has_more: false };
      const rows = await pageOfEdges(database.read, caller.spaceId, {
        side,
        itemId,
        edgeTypes: readable,
        otherTypes,
        limit: query.limit,
        cursor: query.cursor,
      });
      return toPage(rows, query.limit, (row) => ({ value: row.id, id: row.id }), toEdge);
    },
  };
}

function unknownType(edgeType: string): MarfaError {
  return new MarfaError('type_not_found', `There is no edge type ${edgeType} in this space.`);
}

function duplicate(edge: NewEdge): MarfaError {
  return new MarfaError('edge_constraint_violation', `These items are related by ${edge.edge_type} already.`, {
    details: { constraint: 'duplicate' },
  });
}

function refuseWrongTypes(catalogue: Catalogue, edge: EdgeType, source: EdgeEnd, target: EdgeEnd): void {
  const fits = (type: string, allowed: readonly string[]) =>
    allowed.length === 0 || allowed.some((ancestor) => catalogue.isA(type, ancestor));
  if (fits(source.type, edge.source_type_constraints) && fits(target.type, edge.target_type_constraints)) return;
  throw new MarfaError('edge_constraint_violation', `${edge.id} does not relate ${source.type} to ${target.type}.`, {
    details: { constraint: 'type' },
  });
}

/** `one-to-many`: a target has one source. `many-to-one`: a source has one target. `one-to-one`: both. */
async function refuseOverCardinality(
  transaction: Transaction,
  spaceId: string,
  type: EdgeType,
  edge: NewEdge,
): Promise<void> {
  const oneSource = type.cardinality === 'one-to-many' || type.cardinality === 'one-to-one';
  const oneTarget = type.cardinality === 'many-to-one' || type.cardinality === 'one-to-one';
  const inbound = oneSource ? await edgesOf(transaction, spaceId, 'target_id', edge.target_id, type.id) : [];
  const outbound = oneTarget ? await edgesOf(transaction, spaceId, 'source_id', edge.source_id, type.id) : [];
  const present = [...inbound, ...outbound];
  if (present.some((row) => row.source_id === edge.source_id && row.target_id === edge.target_id))
    throw duplicate(edge);
  if (present.length === 0) return;
  throw new MarfaError(
    'edge_constraint_violation',
    `${type.id} is ${type.cardinality}; one of these items has its one relation already.`,
    {
      details: { constraint: 'cardinality' },
    },
  );
}

async function refuseCycle(transaction: Transaction, spaceId: string, edge: NewEdge): Promise<void> {
  if (!ACYCLIC_EDGE_TYPES.includes(edge.edge_type)) return;
  if (await reaches(transaction, spaceId, edge.edge_type, edge.target_id, edge.source_id)) {
    throw new MarfaError('edge_cycle', `This would close a loop of ${edge.edge_type} edges.`);
  }
}

import {
  type Edge,
  type EndpointInput,
  type listItemEdges,
  MarfaError,
  mayAccessEdge,
  mayAccessType,
  mayWriteEdge,
  PERSONAL_CYCLE,
  type Properties,
} from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import { advisoryLock } from '../../platform/database/advisory-lock.ts';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { isUniqueViolation } from '../../platform/database/storage-fault.ts';
import { appendEdgeEvent } from '../../platform/event-log/append-edge-event.ts';
import type { EventWriter } from '../../platform/event-log/event-writer.ts';
import { mergeProperties, withoutNulls } from '../../platform/merge-properties.ts';
import type { Platform } from '../../platform/platform.ts';
import type { Actor, AuditService } from '../audit/index.ts';
import type { Catalogue, TypesService } from '../types/index.ts';
import { type Cascades, createCascades } from './cascades.ts';
import { duplicate, refuseCycle, refuseOverCardinality, refuseWrongTypes } from './edge-constraints.ts';
import {
  changeEdge,
  type EdgeEnd,
  type EdgeRow,
  type EdgeSide,
  edgesOf,
  findEnds,
  holdEnds,
  insertEdge,
  lockEdge,
  lockEdgeBetween,
  removeEdge,
  toEdge,
} from './edges-store.ts';
import { createEdgeList, type EdgePage } from './list-edges.ts';

type EdgeQuery = EndpointInput<typeof listItemEdges>['query'];

export interface NewEdge {
  source_id: string;
  target_id: string;
  edge_type: string;
  properties: Properties;
}

/** Who an edge's removal is told of: a caller, or the platform itself. */
type EdgeWriter = Actor & EventWriter;

export interface EdgesService extends Cascades {
  /** @param options.quiet true where nobody is to be told, as in a bulk write. */
  create(transaction: Transaction, caller: Caller, edge: NewEdge, options?: { quiet?: boolean }): Promise<Edge>;
  /** Creates, or merges the properties into the edge with the same source, target and type. */
  put(
    transaction: Transaction,
    caller: Caller,
    edge: NewEdge,
    options?: { createOnly?: boolean; quiet?: boolean },
  ): Promise<{ id: string; outcome: 'created' | 'updated' | 'unchanged' }>;
  /** Merges properties; a null removes one. What changes nothing writes nothing. */
  update(transaction: Transaction, caller: Caller, id: string, properties: Properties): Promise<Edge>;
  remove(transaction: Transaction, caller: Caller, id: string): Promise<Edge>;
  /**
   * Removes the edges of an item that is purged, from both sides, each with its audit row.
   * @param caller null for the platform itself, which purges what lies in the trash.
   * @returns the items that go to the trash because this one was not there yet; see {@link Cascades.beforeTrash}.
   */
  beforePurge(
    transaction: Transaction,
    caller: Caller | null,
    item: { id: string; space_id: string; type: string; state: string },
  ): Promise<string[]>;
  /**
   * Takes the turn to write edges of several types at once, in one order for all, and before any item is locked: two could
   * wait for each other.
   */
  lockTypes(transaction: Transaction, caller: Caller, edgeTypes: readonly string[]): Promise<void>;
  /**
   * Makes the outbound edges of each named type exactly these targets; types that are not named stay as they are. To be
   * called after {@link EdgesService.lockTypes}.
   */
  replaceOutbound(
    transaction: Transaction,
    caller: Caller,
    sourceId: string,
    block: Readonly<Record<string, readonly string[]>>,
    options?: { quiet?: boolean },
  ): Promise<boolean>;
  list(caller: Caller, side: EdgeSide, itemId: string, query: EdgeQuery): Promise<EdgePage>;
}

export function createEdgesService(
  { database, now, newId }: Platform,
  types: TypesService,
  audit: AuditService,
): EdgesService {
  const cascades = createCascades(database, types, audit);
  const listEdges = createEdgeList(database, types);

  /** @param options.hold true keeps both from being purged until the transaction ends. */
  async function loadEnds(
    queryable: Queryable,
    caller: Pick<Caller, 'spaceId'>,
    [sourceId, targetId]: readonly [source: string, target: string],
    { hold = false } = {},
  ) {
    const ids = [sourceId, targetId];
    const ends = await (hold
      ? holdEnds(queryable, database.dialect, caller.spaceId, ids)
      : findEnds(queryable, caller.spaceId, ids));
    const find = (id: string, name: string): EdgeEnd => {
      const end = ends.find((candidate) => candidate.id === id);
      if (!end) throw new MarfaError('item_not_found', `There is no item ${id}.`, { details: { field: name } });
      return end;
    };
    return { source: find(sourceId, 'source_id'), target: find(targetId, 'target_id') };
  }

  async function lockTypes(transaction: Transaction, caller: Caller, edgeTypes: readonly string[]): Promise<void> {
    const catalogue = await types.of(caller, transaction);
    const known = [...new Set(edgeTypes)].filter((edgeType) => catalogue.findEdgeType(edgeType) !== null);
    for (const edgeType of known.sort())
      await advisoryLock(transaction, database.dialect, `${caller.spaceId}:${edgeType}`);
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
    await types.hold(transaction, caller, type.id, 'edge type');
    const properties = withoutNulls(edge.properties);
    // Cardinality and loops are rules over several rows.
    await advisoryLock(transaction, database.dialect, `${caller.spaceId}:${type.id}`);
    const { source, target } = await loadEnds(transaction, caller, [edge.source_id, edge.target_id], { hold: true });
    passGate(caller, catalogue, type.id, source);
    if (!mayAccessType(caller, catalogue.refOf(target.type), 'read')) {
      throw new MarfaError('edge_permission_denied', `Relating to ${target.type} needs read on it.`);
    }
    refuseWrongTypes(catalogue, type, source, target);
    catalogue.validateEdge(type.id, properties);
    await refuseOverCardinality(transaction, caller.spaceId, type, edge);
    await refuseCycle(transaction, caller.spaceId, edge);
    const at = now().toISOString();
    const row = {
      id: newId(),
      space_id: caller.spaceId,
      ...edge,
      properties: JSON.stringify(properties),
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

  /** Finds the edge for writing: it must be readable, and the caller pass both gates. */
  async function requireWritable(transaction: Transaction, caller: Caller, id: string) {
    const row = await lockEdge(transaction, database.dialect, caller.spaceId, id);
    if (!row || !mayAccessEdge(caller, row.edge_type, 'read'))
      throw new MarfaError('edge_not_found', 'There is no such edge.');
    const ends = await loadEnds(transaction, caller, [row.source_id, row.target_id]);
    passGate(caller, await types.of(caller, transaction), row.edge_type, ends.source);
    return { row, ...ends };
  }

  async function merge(
    transaction: Transaction,
    caller: Caller,
    { row, source, target }: { row: EdgeRow; source: EdgeEnd; target: EdgeEnd },
    changes: Properties,
    { quiet = false } = {},
  ): Promise<{ edge: Edge; changed: boolean }> {
    const properties = mergeProperties(row, changes);
    (await types.of(caller, transaction)).validateEdge(row.edge_type, JSON.parse(properties) as Properties);
    if (properties === row.properties) return { edge: toEdge(row), changed: false };
    const changed = { ...row, properties, updated_at: now().toISOString() };
    await changeEdge(transaction, changed);
    await audit.record(transaction, caller, {
      action: 'edge.update',
      resource_type: 'edge',
      resource_id: row.id,
      details: { fields: Object.keys(changes) },
    });
    if (!quiet) await tell(transaction, caller, 'edge.updated', { row: changed, source, target });
    return { edge: toEdge(changed), changed: true };
  }

  async function drop(
    transaction: Transaction,
    actor: EdgeWriter,
    edge: { row: EdgeRow; source: EdgeEnd; target: EdgeEnd },
    { quiet = false } = {},
  ): Promise<void> {
    const { id } = edge.row;
    // Whoever removed it in the meantime has told of it.
    if (!(await removeEdge(transaction, actor.spaceId, id))) return;
    await audit.record(transaction, actor, { action: 'edge.delete', resource_type: 'edge', resource_id: id });
    if (!quiet) await tell(transaction, actor, 'edge.deleted', edge);
  }

  function tell(
    transaction: Transaction,
    actor: EdgeWriter,
    event: Parameters<typeof appendEdgeEvent>[1],
    { row, source, target }: { row: EdgeRow; source: EdgeEnd; target: EdgeEnd },
  ): Promise<void> {
    return appendEdgeEvent(transaction, event, row, {
      sourceType: source.type,
      targetType: target.type,
      writer: actor,
    });
  }

  return {
    create,
    beforeTrash: cascades.beforeTrash,

    async put(transaction, caller, edge, { createOnly = false, quiet = false } = {}) {
      await advisoryLock(transaction, database.dialect, `${caller.spaceId}:${edge.edge_type}`);
      const row = await lockEdgeBetween(transaction, database.dialect, caller.spaceId, edge);
      if (!row) return { id: (await create(transaction, caller, edge, { quiet })).id, outcome: 'created' };
      const ends = await loadEnds(transaction, caller, [row.source_id, row.target_id]);
      passGate(caller, await types.of(caller, transaction), row.edge_type, ends.source);
      if (createOnly) return { id: row.id, outcome: 'unchanged' };
      const { changed } = await merge(transaction, caller, { row, ...ends }, edge.properties, { quiet });
      return { id: row.id, outcome: changed ? 'updated' : 'unchanged' };
    },

    async update(transaction, caller, id, properties) {
      const edge = await requireWritable(transaction, caller, id);
      return (await merge(transaction, caller, edge, properties)).edge;
    },

    async beforePurge(transaction, caller, item) {
      const cascaded = caller && item.state !== 'trashed' ? await cascades.beforeTrash(transaction, caller, item) : [];
      const actor = caller ?? {
        keyId: null,
        spaceId: item.space_id,
        clientIp: null,
        connectionId: null,
        cycle: PERSONAL_CYCLE,
      };
      for (const side of ['source_id', 'target_id'] as const) {
        for (const row of await edgesOf(transaction, item.space_id, side, item.id)) {
          await drop(transaction, actor, {
            row,
            ...(await loadEnds(transaction, actor, [row.source_id, row.target_id])),
          });
        }
      }
      return cascaded;
    },

    lockTypes,

    async remove(transaction, caller, id) {
      const edge = await requireWritable(transaction, caller, id);
      await drop(transaction, caller, edge);
      return toEdge(edge.row);
    },

    async replaceOutbound(transaction, caller, sourceId, block, options) {
      const catalogue = await types.of(caller, transaction);
      const named = Object.entries(block);
      if (named.length === 0) return false;
      const { source } = await loadEnds(transaction, caller, [sourceId, sourceId]);
      // Both gates before any look at what is there: an answer that hung on it would tell of edges that may not be read.
      for (const [edgeType] of named) {
        if (!catalogue.findEdgeType(edgeType)) throw unknownType(edgeType);
        passGate(caller, catalogue, edgeType, source);
      }
      let changed = false;
      for (const [edgeType, targets] of named) {
        const wanted = new Set(targets);
        const present = await edgesOf(transaction, caller.spaceId, 'source_id', sourceId, edgeType);
        const stale = present.filter((row) => !wanted.has(row.target_id));
        const missing = [...wanted].filter((target) => !present.some((row) => row.target_id === target));
        if (stale.length === 0 && missing.length === 0) continue;
        changed = true;
        for (const row of stale) {
          const { target } = await loadEnds(transaction, caller, [sourceId, row.target_id]);
          await drop(transaction, caller, { row, source, target }, options);
        }
        for (const target_id of missing) {
          const edge = { source_id: sourceId, target_id, edge_type: edgeType, properties: {} };
          await create(transaction, caller, edge, options);
        }
      }
      return changed;
    },

    list: (caller, side, itemId, { edge_type, ...page }) =>
      listEdges(caller, {
        ...page,
        end: { side, itemId },
        edgeTypes: edge_type === undefined ? undefined : [edge_type],
      }),
  };
}

function unknownType(edgeType: string): MarfaError {
  return new MarfaError('type_not_found', `There is no edge type ${edgeType} in this space.`);
}

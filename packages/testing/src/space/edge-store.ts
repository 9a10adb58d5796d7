import { ACYCLIC_EDGE_TYPES, type Edge, type EdgeType, type Item, MarfaError, mayWriteEdge } from '@withmarfa/shared';
import { withoutNulls } from './merge-properties.ts';
import type { SpaceCaller } from './space-caller.ts';
import type { SpaceCore } from './space-state.ts';
import type { TypeCatalogue } from './type-catalogue.ts';

/** An edge to make. */
export type NewEdge = Pick<Edge, 'source_id' | 'target_id' | 'edge_type' | 'properties'>;

export interface EdgeStore {
  /** @throws MarfaError `item_not_found`, `type_not_found`, `edge_permission_denied`, `edge_constraint_violation`, `edge_cycle`. */
  create(caller: SpaceCaller, edge: NewEdge): Edge;
  /** Makes the outbound edges of each named type exactly these targets. @returns whether anything became different. */
  replaceOutbound(caller: SpaceCaller, sourceId: string, block: Readonly<Record<string, readonly string[]>>): boolean;
  /** Removes every edge of an item that is gone. */
  dropAllOf(itemId: string): void;
}

export function createEdgeStore(core: SpaceCore, catalogue: TypeCatalogue): EdgeStore {
  const edges = () => [...core.state.edges.values()];

  function requireEnd(id: string, field: string): Item {
    const item = core.state.items.get(id);
    if (item) return item;
    throw new MarfaError('item_not_found', `There is no item ${id}.`, { details: { field } });
  }

  function passGate(caller: SpaceCaller, edgeType: string, source: Item): void {
    if (mayWriteEdge(caller.grant, edgeType, catalogue.refOf(source.type))) return;
    throw new MarfaError(
      'edge_permission_denied',
      `Writing ${edgeType} edges from ${source.type} needs write on the edge type and on ${source.type}.`,
    );
  }

  function refuseWrongTypes(type: EdgeType, source: Item, target: Item): void {
    const fits = (id: string, allowed: readonly string[]) =>
      allowed.length === 0 || allowed.some((ancestor) => catalogue.isA(id, ancestor));
    if (fits(source.type, type.source_type_constraints) && fits(target.type, type.target_type_constraints)) return;
    throw violation('type', `${type.id} does not relate ${source.type} to ${target.type}.`);
  }

  function refuseOverCardinality(type: EdgeType, { source_id, target_id, edge_type }: NewEdge): void {
    const same = edges().filter((edge) => edge.edge_type === edge_type);
    if (same.some((edge) => edge.source_id === source_id && edge.target_id === target_id))
      throw violation('duplicate', `These items are related by ${edge_type} already.`);
    const oneSource = type.cardinality === 'one-to-many' || type.cardinality === 'one-to-one';
    const oneTarget = type.cardinality === 'many-to-one' || type.cardinality === 'one-to-one';
    const isTaken =
      (oneSource && same.some((edge) => edge.target_id === target_id)) ||
      (oneTarget && same.some((edge) => edge.source_id === source_id));
    if (isTaken) throw violation('cardinality', `${type.id} is ${type.cardinality}; one of these items has its one.`);
  }

  function refuseCycle({ source_id, target_id, edge_type }: NewEdge): void {
    if (!ACYCLIC_EDGE_TYPES.includes(edge_type)) return;
    const reached = new Set([target_id]);
    for (const id of reached)
      for (const edge of edges())
        if (edge.edge_type === edge_type && edge.source_id === id) reached.add(edge.target_id);
    if (reached.has(source_id)) throw new MarfaError('edge_cycle', `This would close a loop of ${edge_type} edges.`);
  }

  function create(caller: SpaceCaller, input: NewEdge): Edge {
    const type = catalogue.requireEdgeType(input.edge_type);
    const source = requireEnd(input.source_id, 'source_id');
    const target = requireEnd(input.target_id, 'target_id');
    passGate(caller, type.id, source);
    refuseWrongTypes(type, source, target);
    refuseOverCardinality(type, input);
    refuseCycle(input);
    const at = core.now();
    const edge: Edge = {
      ...input,
      id: core.newId(),
      tenant_id: core.tenantId,
      properties: withoutNulls(input.properties),
      created_at: at,
      updated_at: at,
    };
    core.state.edges.set(edge.id, edge);
    return edge;
  }

  return {
    create,
    replaceOutbound(caller, sourceId, block) {
      let changed = false;
      for (const [edge_type, targets] of Object.entries(block)) {
        catalogue.requireEdgeType(edge_type);
        passGate(caller, edge_type, requireEnd(sourceId, 'source_id'));
        const present = edges().filter((edge) => edge.source_id === sourceId && edge.edge_type === edge_type);
        for (const edge of present) {
          if (targets.includes(edge.target_id)) continue;
          core.state.edges.delete(edge.id);
          changed = true;
        }
        for (const target_id of new Set(targets)) {
          if (present.some((edge) => edge.target_id === target_id)) continue;
          create(caller, { source_id: sourceId, target_id, edge_type, properties: {} });
          changed = true;
        }
      }
      return changed;
    },
    dropAllOf(itemId) {
      for (const edge of edges())
        if (edge.source_id === itemId || edge.target_id === itemId) core.state.edges.delete(edge.id);
    },
  };
}

function violation(constraint: 'cardinality' | 'type' | 'duplicate', message: string): MarfaError {
  return new MarfaError('edge_constraint_violation', message, { details: { constraint } });
}

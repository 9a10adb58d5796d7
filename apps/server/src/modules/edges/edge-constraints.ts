import { ACYCLIC_EDGE_TYPES, type EdgeType, MarfaError } from '@withmarfa/shared';
import type { Transaction } from '../../platform/database/database.ts';
import type { Catalogue } from '../types/index.ts';
import { type EdgeEnd, type EdgeRow, edgesOf, reaches } from './edges-store.ts';

/** What tells an edge from all others of its space. */
type EdgeKey = Pick<EdgeRow, 'source_id' | 'target_id' | 'edge_type'>;

export function duplicate(edge: EdgeKey): MarfaError {
  return new MarfaError('edge_constraint_violation', `These items are related by ${edge.edge_type} already.`, {
    details: { constraint: 'duplicate' },
  });
}

export function refuseWrongTypes(catalogue: Catalogue, edge: EdgeType, source: EdgeEnd, target: EdgeEnd): void {
  const fits = (type: string, allowed: readonly string[]) =>
    allowed.length === 0 || allowed.some((ancestor) => catalogue.isA(type, ancestor));
  if (fits(source.type, edge.source_type_constraints) && fits(target.type, edge.target_type_constraints)) return;
  throw new MarfaError('edge_constraint_violation', `${edge.id} does not relate ${source.type} to ${target.type}.`, {
    details: { constraint: 'type' },
  });
}

/** `one-to-many`: a target has one source. `many-to-one`: a source has one target. `one-to-one`: both. */
export async function refuseOverCardinality(
  transaction: Transaction,
  spaceId: string,
  type: EdgeType,
  edge: EdgeKey,
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

export async function refuseCycle(transaction: Transaction, spaceId: string, edge: EdgeKey): Promise<void> {
  if (!ACYCLIC_EDGE_TYPES.includes(edge.edge_type)) return;
  if (await reaches(transaction, spaceId, edge.edge_type, edge.target_id, edge.source_id)) {
    throw new MarfaError('edge_cycle', `This would close a loop of ${edge.edge_type} edges.`);
  }
}

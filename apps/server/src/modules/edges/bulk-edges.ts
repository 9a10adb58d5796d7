import { type BulkEdgesInput, type BulkResult, MAX_BULK_EDGES, MarfaError } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { inSavepoint } from '../../platform/database/in-savepoint.ts';
import type { EdgesService, NewEdge } from './edges-service.ts';

type Outcome = BulkResult['results'][number];

/**
 * Writes many edges. Atomic: one transaction, and the first fault undoes it all and is thrown with its index. Otherwise
 * each stands for itself and its fault is told in its own result.
 */
export function createBulkEdges(database: Database, edges: EdgesService) {
  return async (caller: Caller, input: BulkEdgesInput): Promise<BulkResult> => {
    if (input.edges.length > MAX_BULK_EDGES) {
      throw new MarfaError(
        'bulk_cap_exceeded',
        `A bulk call takes at most ${MAX_BULK_EDGES} edges; this one has ${input.edges.length}.`,
      );
    }
    return database.write(async (transaction) => {
      await edges.lockTypes(
        transaction,
        caller,
        input.edges.map((edge) => edge.edge_type),
      );
      const results: Outcome[] = [];
      for (const [index, edge] of input.edges.entries()) {
        results.push(await (input.atomic ? writeOne(transaction, edge, index) : tryOne(transaction, edge, index)));
      }
      const count = (outcome: Outcome['outcome']) => results.filter((result) => result.outcome === outcome).length;
      const counts = {
        created: count('created'),
        updated: count('updated'),
        skipped: count('skipped'),
        errored: count('errored'),
      };
      return { counts, results };
    });

    async function writeOne(transaction: Transaction, edge: NewEdge, index: number): Promise<Outcome> {
      try {
        const { id, outcome } = await edges.put(transaction, caller, edge, {
          createOnly: input.mode === 'create_only',
          quiet: !input.emit_events,
        });
        if (outcome !== 'unchanged') return { index, outcome, id };
        return { index, outcome: 'skipped', id, reason: input.mode === 'create_only' ? 'exists' : 'unchanged' };
      } catch (error) {
        if (!MarfaError.is(error) || !input.atomic) throw error;
        throw new MarfaError(error.code, `Edge ${index}: ${error.message} Nothing was written.`, {
          details: { ...error.details, index },
          cause: error,
        });
      }
    }

    async function tryOne(transaction: Transaction, edge: NewEdge, index: number): Promise<Outcome> {
      try {
        return await inSavepoint(transaction, () => writeOne(transaction, edge, index));
      } catch (error) {
        if (!MarfaError.is(error)) throw error;
        return { index, outcome: 'errored', error: { code: error.code, message: error.message } };
      }
    }
  };
}

import { type BulkEdgesInput, type BulkResult, MAX_BULK_EDGES, MarfaError } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Database } from '../../platform/database/database.ts';
import { writeMany } from '../../platform/write-many.ts';
import type { EdgesService } from './edges-service.ts';

/** Writes many edges in one transaction. */
export function createBulkEdges(database: Database, edges: EdgesService) {
  return (caller: Caller, { edges: entries, mode, atomic, emit_events }: BulkEdgesInput): Promise<BulkResult> => {
    if (entries.length > MAX_BULK_EDGES) {
      throw new MarfaError(
        'bulk_cap_exceeded',
        `A bulk call takes at most ${MAX_BULK_EDGES} edges; this one has ${entries.length}.`,
      );
    }
    return database.write(async (transaction) => {
      await edges.lockTypes(
        transaction,
        caller,
        entries.map((edge) => edge.edge_type),
      );
      const options = { createOnly: mode === 'create_only', quiet: !emit_events };
      return writeMany(transaction, entries, {
        atomic,
        mode,
        noun: 'Edge',
        write: (edge) => edges.put(transaction, caller, edge, options),
      });
    });
  };
}

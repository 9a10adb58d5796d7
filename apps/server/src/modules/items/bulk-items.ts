import { type BulkItemsInput, type BulkResult, MAX_BULK_ITEMS, MarfaError } from '@withmarfa/shared';
import { sql } from 'kysely';
import type { Caller } from '../../platform/caller.ts';
import { advisoryLock } from '../../platform/database/advisory-lock.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import type { AuditService } from '../audit/index.ts';
import type { EdgesService } from '../edges/index.ts';
import type { ItemInput, ItemsService } from './items-service.ts';

type Outcome = BulkResult['results'][number];

/**
 * Writes many items. Atomic: one transaction, and the first fault undoes it all and is thrown with its index.
 * Otherwise each stands for itself and its fault is told in its own result.
 */
export function createBulkItems(
  database: Database,
  { items, edges, audit }: { items: ItemsService; edges: EdgesService; audit: AuditService },
) {
  return async (caller: Caller, input: BulkItemsInput): Promise<BulkResult> => {
    if (input.items.length > MAX_BULK_ITEMS) {
      throw new MarfaError(
        'bulk_cap_exceeded',
        `A bulk call takes at most ${MAX_BULK_ITEMS} items; this one has ${input.items.length}.`,
      );
    }
    return database.write(async (transaction) => {
      // Two calls that hold some of each other's natural keys would wait for each other for ever.
      await advisoryLock(transaction, database.dialect, `${caller.spaceId}:bulk:${caller.source}`);
      const edgeTypes = input.items.flatMap((item) => Object.keys(item.edges ?? {}));
      await edges.lockTypes(transaction, caller, edgeTypes);
      const results: Outcome[] = [];
      for (const [index, item] of input.items.entries()) {
        results.push(
          await (input.atomic ? writeOne(transaction, caller, item, index) : tryOne(transaction, caller, item, index)),
        );
      }
      const count = (outcome: Outcome['outcome']) => results.filter((result) => result.outcome === outcome).length;
      const counts = {
        created: count('created'),
        updated: count('updated'),
        skipped: count('skipped'),
        errored: count('errored'),
      };
      for (const [action, number] of [
        ['item.create', counts.created],
        ['item.update', counts.updated],
      ] as const) {
        if (number > 0)
          await audit.record(transaction, caller, {
            action,
            resource_type: 'item',
            resource_id: null,
            details: { bulk: number },
          });
      }
      return { counts, results };
    });

    async function writeOne(
      transaction: Transaction,
      writer: Caller,
      item: ItemInput,
      index: number,
    ): Promise<Outcome> {
      try {
        const { row, outcome } = await items.put(transaction, writer, item, {
          createOnly: input.mode === 'create_only',
          quiet: !input.emit_events,
        });
        if (outcome !== 'unchanged') return { index, outcome, id: row.id };
        return { index, outcome: 'skipped', id: row.id, reason: input.mode === 'create_only' ? 'exists' : 'unchanged' };
      } catch (error) {
        if (!MarfaError.is(error) || !input.atomic) throw error;
        throw new MarfaError(error.code, `Item ${index}: ${error.message} Nothing was written.`, {
          details: { ...error.details, index },
          cause: error,
        });
      }
    }

    async function tryOne(transaction: Transaction, writer: Caller, item: ItemInput, index: number): Promise<Outcome> {
      await sql`savepoint bulk_item`.execute(transaction);
      try {
        const outcome = await writeOne(transaction, writer, item, index);
        await sql`release savepoint bulk_item`.execute(transaction);
        return outcome;
      } catch (error) {
        if (!MarfaError.is(error)) throw error;
        await sql`rollback to savepoint bulk_item`.execute(transaction);
        await sql`release savepoint bulk_item`.execute(transaction);
        return { index, outcome: 'errored', error: { code: error.code, message: error.message } };
      }
    }
  };
}

import { type BulkItemsInput, type BulkResult, MAX_BULK_ITEMS, MarfaError } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import { advisoryLock } from '../../platform/database/advisory-lock.ts';
import type { Database } from '../../platform/database/database.ts';
import { writeMany } from '../../platform/write-many.ts';
import type { AuditService } from '../audit/index.ts';
import type { ItemsService } from './items-service.ts';

/** Writes many items in one transaction. */
export function createBulkItems(database: Database, items: ItemsService, audit: AuditService) {
  return (caller: Caller, { items: entries, mode, atomic, emit_events }: BulkItemsInput): Promise<BulkResult> => {
    if (entries.length > MAX_BULK_ITEMS) {
      throw new MarfaError(
        'bulk_cap_exceeded',
        `A bulk call takes at most ${MAX_BULK_ITEMS} items; this one has ${entries.length}.`,
      );
    }
    return database.write(async (transaction) => {
      // Two calls that hold some of each other's natural keys would wait for each other for ever.
      await advisoryLock(transaction, database.dialect, `${caller.spaceId}:bulk:${caller.source}`);
      const options = { createOnly: mode === 'create_only', quiet: !emit_events };
      const result = await writeMany(transaction, entries, {
        atomic,
        mode,
        noun: 'Item',
        async write(item) {
          const { row, outcome } = await items.put(transaction, caller, item, options);
          return { id: row.id, outcome };
        },
      });
      for (const [action, number] of [
        ['item.create', result.counts.created],
        ['item.update', result.counts.updated],
      ] as const) {
        if (number > 0)
          await audit.record(transaction, caller, {
            action,
            resource_type: 'item',
            resource_id: null,
            details: { bulk: number },
          });
      }
      return result;
    });
  };
}

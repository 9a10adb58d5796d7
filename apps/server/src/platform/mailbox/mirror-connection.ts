import type { Selectable } from 'kysely';
import type { Transaction } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { mergeSystemItem } from '../system-items.ts';

type ConnectionRow = Selectable<Tables['connections']>;

/** Shows what the engine knows of a Connection on its `system.connection` item. */
export function mirrorConnection(transaction: Transaction, row: ConnectionRow): Promise<void> {
  return mergeSystemItem(transaction, row.space_id, row.id, {
    runtime_status: row.runtime_status,
    last_sync_at: isoOrAbsent(row.last_sync_at_ms),
    last_error_at: isoOrAbsent(row.last_error_at_ms),
    next_run_at: isoOrAbsent(row.due_at_ms),
  });
}

export function isoOrAbsent(timeMs: number | null): string | undefined {
  return timeMs === null ? undefined : new Date(timeMs).toISOString();
}

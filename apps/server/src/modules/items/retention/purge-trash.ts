import { IS_CONTENT } from '../../../platform/database/index-hints.ts';
import { lockRowsToRemove } from '../../../platform/database/row-lock.ts';
import { appendItemEvent } from '../../../platform/event-log/append-item-event.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { AuditService } from '../../audit/index.ts';
import type { EdgesService } from '../../edges/index.ts';
import type { SpaceConfigService } from '../../types/index.ts';
import { removeItem } from '../items-store.ts';

/** Items purged in one transaction. */
const CHUNK = 100;
const DAY_MS = 86_400_000;

export interface TrashPurgeDeps {
  platform: Pick<Platform, 'database' | 'now'>;
  edges: Pick<EdgesService, 'beforePurge'>;
  audit: AuditService;
  spaceConfig: Pick<SpaceConfigService, 'retentionDays'>;
  /** For spaces that say nothing else; 0 keeps the trash for ever. */
  days: number;
}

/** Purges what has lain in the trash, unchanged, for longer than its space keeps it. */
export function createTrashPurge({ platform: { database, now }, edges, audit, spaceConfig, days }: TrashPurgeDeps) {
  async function purgeChunk(spaceId: string, before: string): Promise<number> {
    return database.write(async (transaction) => {
      const select = transaction
        .selectFrom('items')
        .selectAll('items')
        .where('space_id', '=', spaceId)
        .where('state', '=', 'trashed')
        .where(IS_CONTENT)
        .where('updated_at', '<', before)
        .orderBy('updated_at')
        .orderBy('items.id')
        .limit(CHUNK);
      // Whoever restores one at this moment is waited for; what was restored is no longer meant.
      const rows = await lockRowsToRemove(select, database.dialect).execute();
      for (const row of rows) {
        await edges.beforePurge(transaction, null, row);
        await removeItem(transaction, row);
        await appendItemEvent(transaction, 'item.deleted', row, null);
      }
      if (rows.length > 0) {
        await audit.record(
          transaction,
          { keyId: null, spaceId, clientIp: null },
          {
            action: 'item.purge',
            resource_type: 'item',
            resource_id: null,
            details: { reason: 'trash_retention', count: rows.length, ids: rows.map((row) => row.id) },
          },
        );
      }
      return rows.length;
    });
  }

  return async (): Promise<void> => {
    const own = await spaceConfig.retentionDays('trash_retention_days');
    const spaces = await database.read.selectFrom('spaces').select('id').execute();
    for (const { id } of spaces) {
      const keepDays = own.get(id) ?? days;
      if (keepDays === 0) continue;
      const before = new Date(now().getTime() - keepDays * DAY_MS).toISOString();
      while ((await purgeChunk(id, before)) === CHUNK);
    }
  };
}

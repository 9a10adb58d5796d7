import { INTEGRATION_NAME, manifest, type TodoistContext } from '../manifest.ts';
import type { SyncState } from '../state/sync-state.ts';
import { hashItem } from '../task/content-hash.ts';
import { readItem } from '../task/item-content.ts';

const PAGE = 200;

/**
 * Links open items of this connection that no link knows of, as after a run that was cut off or a lost cursor, and has
 * their tasks read again: a full sync does not tell what became of those that are done or deleted.
 */
export async function adoptStrays(ctx: TodoistContext, state: SyncState): Promise<void> {
  const source = state.source ?? INTEGRATION_NAME;
  for (const type of manifest.target_types) {
    let cursor: string | undefined;
    do {
      const page = await ctx.marfa.listItems({ type, source, limit: PAGE, ...(cursor ? { cursor } : {}) });
      for (const item of page.data) {
        const task = item.source_id;
        if (task === undefined || state.links.byItem(item.id) || state.links.byTask(task)) continue;
        const content = readItem(item);
        if (content.isChecked) continue;
        const nothing = { seen: '', isChecked: false, gone: null, isPushed: false, generation: 0 };
        state.links.put({ task, item: item.id, sent: hashItem(content), ...nothing });
        state.parked.set(task, state.echo.lagEndsAt(task) ?? 0);
      }
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
  }
}

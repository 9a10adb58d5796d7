import type { Failure } from '../http/classify-failure.ts';
import type { TodoistContext } from '../manifest.ts';
import type { PendingCreations } from '../state/pending-creations.ts';
import type { SyncState } from '../state/sync-state.ts';
import { linkCreation } from './link-creation.ts';
import { sendCreation } from './send-creation.ts';

/**
 * Finds out what became of tasks whose making was cut off, and links them. To be done before Todoist's changes are read.
 * @param options.item settles the creation for this item alone.
 * @returns the first failure that another attempt may mend; null when everything is settled.
 */
export async function settleCreations(
  ctx: TodoistContext,
  state: SyncState,
  options: { pending: PendingCreations; item?: string },
): Promise<Failure | null> {
  const settled: string[] = [];
  for (const [item, creation] of Object.entries(await options.pending.all())) {
    if (options.item !== undefined && options.item !== item) continue;
    const known = state.links.byItem(item);
    if (known === null || known.gone === 'here') {
      const sent = await sendCreation(ctx, creation, state.now);
      if (!sent.ok && !sent.isFinal) return sent.failure;
      if (sent.ok && sent.task !== known?.task) {
        const generation = (known?.generation ?? -1) + 1;
        await linkCreation(ctx, state, { creation, task: sent.task, item, generation, sent: '' });
      }
    }
    settled.push(item);
  }
  await options.pending.remove(settled);
  return null;
}

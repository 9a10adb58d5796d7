import { MarfaApiError } from '@withmarfa/runtime-sdk';
import type { TodoistContext } from '../manifest.ts';
import type { SyncState } from '../state/sync-state.ts';
import type { TaskLink } from '../state/task-links.ts';
import type { TombstoneMapping } from '../todoist-options.ts';
import type { InboundReport } from './inbound-report.ts';

const MAX_TITLE = 120;

/**
 * Does to an item what its task's deletion in Todoist is mapped to. Of a task that went because its item went, there is
 * nothing left to do.
 */
export async function applyDeletion(
  ctx: TodoistContext,
  link: TaskLink,
  { state, report, mapping }: { state: SyncState; report: InboundReport; mapping: TombstoneMapping },
): Promise<void> {
  if (link.gone !== null) return;
  if (mapping === 'state-trashed') {
    if (await trash(ctx, link.item)) report.trashed += 1;
    state.links.remove(link);
    return;
  }
  state.links.put({ ...link, gone: 'there' });
  if (mapping === 'ignore') return;
  const envelope = await ctx.marfa.getItem(link.item);
  if (envelope === null || envelope.item.state === 'trashed') return;
  const title = String(envelope.item.properties.title ?? '').slice(0, MAX_TITLE);
  report.prompts.push({
    severity: 'action_required',
    summary: `"${title}" was deleted in Todoist. Trash it here as well, or keep it; it is not kept in step any more.`,
    detail: { kind: 'tombstone_prompt', item_id: link.item, external_id: link.task },
  });
}

/** @returns false when it is in the trash, or gone, already. */
async function trash(ctx: TodoistContext, item: string): Promise<boolean> {
  try {
    await ctx.marfa.transitionItem(item, 'trashed');
    return true;
  } catch (error) {
    if (MarfaApiError.is(error, 'invalid_transition') || MarfaApiError.is(error, 'item_not_found')) return false;
    throw error;
  }
}

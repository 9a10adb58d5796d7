import { type Item, MarfaApiError } from '@withmarfa/runtime-sdk';
import type { TaskType, TodoistContext } from '../manifest.ts';
import type { SyncState } from '../state/sync-state.ts';
import type { TaskLink } from '../state/task-links.ts';
import { hashItem, hashTask } from '../task/content-hash.ts';
import { readItem } from '../task/item-content.ts';
import { toProperties } from '../task/to-properties.ts';
import type { TodoistTask } from '../task/todoist-task.ts';
import type { InboundReport } from './inbound-report.ts';
import { noteRefusal } from './note-refusal.ts';

/** Writes a changed task onto its item, unless the item was changed after it. */
export async function updateItem(
  ctx: TodoistContext,
  { task, link }: { task: TodoistTask; link: TaskLink },
  { state, report }: { state: SyncState; report: InboundReport },
): Promise<void> {
  const seen = hashTask(task);
  const envelope = await ctx.marfa.getItem(link.item);
  if (envelope === null) return state.links.remove(link);
  const { item } = envelope;
  // What is in the trash stays as it was put there; its task goes when that is told.
  if (item.state === 'trashed') return;
  if (hasNewerChange(item, { task, link })) {
    state.links.put({ ...link, seen, gone: null });
    return;
  }
  const withStatus = link.seen === '' || link.isChecked !== task.checked;
  const properties = toProperties(task, { type: item.type as TaskType, withStatus });
  try {
    const updated = await ctx.marfa.updateItem(item.id, { properties });
    if (updated.item.version !== item.version) report.updated += 1;
    const sent = hashItem(readItem(updated.item));
    state.links.put({ ...link, seen, sent, isChecked: task.checked, gone: null });
    state.refused.delete(task.id);
  } catch (error) {
    if (!MarfaApiError.is(error) || error.status < 400 || error.status >= 500 || error.status === 429) throw error;
    noteRefusal(task.id, error.message, { state, report });
  }
}

/** @returns whether a person changed the item after the task was; that change goes out and wins. */
function hasNewerChange(item: Item, { task, link }: { task: TodoistTask; link: TaskLink }): boolean {
  if (hashItem(readItem(item)) === link.sent) return false;
  const taskTime = Date.parse(task.updated_at ?? '');
  return !Number.isNaN(taskTime) && Date.parse(item.updated_at) > taskTime;
}

import { callTodoist } from '../http/call-todoist.ts';
import type { TodoistContext } from '../manifest.ts';
import type { Creation } from '../state/pending-creations.ts';
import type { SyncState } from '../state/sync-state.ts';
import type { TaskLink } from '../state/task-links.ts';
import { hashState, hashTask } from '../task/content-hash.ts';
import { readTask, type TodoistTask } from '../task/todoist-task.ts';

/**
 * Links an item to the task that was made for it. A task that reads as it was made tells how it will come back; one that
 * was changed meanwhile, or cannot be read yet, is taken as it comes.
 */
export async function linkCreation(
  ctx: TodoistContext,
  state: SyncState,
  { creation, ...link }: Pick<TaskLink, 'task' | 'item' | 'generation' | 'sent'> & { creation: Creation },
): Promise<void> {
  const called = await callTodoist(ctx, {
    method: 'GET',
    path: `tasks/${encodeURIComponent(link.task)}`,
    now: state.now,
  });
  const read = called.ok ? readTask(called.json) : null;
  const seen = read && isUntouched(read, creation) ? hashTask(read) : '';
  state.links.put({ ...link, seen, isChecked: false, gone: null, isPushed: true });
  state.echo.trackOutboundWrite(link.task, hashState(seen, false));
}

function isUntouched({ content, description = '', priority = 1 }: TodoistTask, { args }: Creation): boolean {
  return content === args.content && description === (args.description ?? '') && priority === (args.priority ?? 1);
}

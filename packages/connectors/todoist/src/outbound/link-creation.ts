import { callTodoist } from '../http/call-todoist.ts';
import type { TodoistContext } from '../manifest.ts';
import type { SyncState } from '../state/sync-state.ts';
import type { TaskLink } from '../state/task-links.ts';
import { hashState, hashTask } from '../task/content-hash.ts';
import { readTask } from '../task/todoist-task.ts';

/**
 * Links an item to the task that was made for it. A task that can be read already tells how it will come back; one that
 * cannot is taken as it comes.
 */
export async function linkCreation(
  ctx: TodoistContext,
  state: SyncState,
  { task, item, generation, sent }: Pick<TaskLink, 'task' | 'item' | 'generation' | 'sent'>,
): Promise<void> {
  const called = await callTodoist(ctx, { method: 'GET', path: `tasks/${encodeURIComponent(task)}`, now: state.now });
  const read = called.ok ? readTask(called.json) : null;
  const seen = read ? hashTask(read) : '';
  state.links.put({ task, item, generation, seen, sent, isChecked: false, gone: null, isPushed: true });
  state.echo.trackOutboundWrite(task, hashState(seen, false));
}

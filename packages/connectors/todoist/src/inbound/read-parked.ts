import { callTodoist, isMissing } from '../http/call-todoist.ts';
import type { TodoistContext } from '../manifest.ts';
import type { SyncState } from '../state/sync-state.ts';
import { readTask, type TodoistTask } from '../task/todoist-task.ts';

/** Tasks read one by one in one run. */
const MAX_READS = 50;

/**
 * Reads tasks again that were put off and are due. One that is not there any more reads as deleted; where Todoist cannot
 * answer, the rest waits for the next run.
 */
export async function readParked(ctx: TodoistContext, state: SyncState): Promise<TodoistTask[]> {
  const { now } = state;
  const due = [...state.parked].filter(([, from]) => from <= now).slice(0, MAX_READS);
  const tasks: TodoistTask[] = [];
  for (const [id] of due) {
    const called = await callTodoist(ctx, { method: 'GET', path: `tasks/${encodeURIComponent(id)}`, now });
    if (!called.ok && !isMissing(called)) {
      if (called.failure.retry) break;
      state.parked.delete(id);
      continue;
    }
    state.parked.delete(id);
    const task = called.ok ? readTask(called.json) : readTask({ id, content: '', is_deleted: true });
    if (task) tasks.push(task);
  }
  return tasks;
}

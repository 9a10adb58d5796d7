import type { HandlerResult } from '@withmarfa/runtime-sdk';
import { callTodoist, isMissing } from '../http/call-todoist.ts';
import type { TodoistContext } from '../manifest.ts';
import type { SyncState } from '../state/sync-state.ts';
import type { TaskLink } from '../state/task-links.ts';

/** Deletes a task whose item went. One that is not there any more is as good as deleted. */
export async function removeTask(ctx: TodoistContext, state: SyncState, link: TaskLink): Promise<HandlerResult> {
  if (link.gone !== null) return { ok: true };
  const path = `tasks/${encodeURIComponent(link.task)}`;
  const called = await callTodoist(ctx, { method: 'DELETE', path, now: state.now });
  if (!called.ok && !isMissing(called)) return called.failure;
  state.links.put({ ...link, gone: 'here' });
  return { ok: true };
}

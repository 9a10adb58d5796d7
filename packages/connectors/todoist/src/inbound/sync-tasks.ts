import type { HandlerResult } from '@withmarfa/runtime-sdk';
import type { TodoistContext } from '../manifest.ts';
import { settleCreations } from '../outbound/settle-creations.ts';
import { pendingCreations } from '../state/pending-creations.ts';
import { openState, type SyncState } from '../state/sync-state.ts';
import type { TodoistTask } from '../task/todoist-task.ts';
import { type TodoistOptions, tombstoneMappingOf } from '../todoist-options.ts';
import { adoptStrays } from './adopt-strays.ts';
import { applyTasks } from './apply-tasks.ts';
import { fetchChanges } from './fetch-changes.ts';
import { anEmptyReport, tell } from './inbound-report.ts';
import { readParked } from './read-parked.ts';

/**
 * Reads what changed in Todoist since the last run into the space, and only then moves on. A run that is cut off anywhere
 * is repeated without harm: each item has a natural key or a link, and what is unchanged is not written.
 * @returns a failure with a reason for whatever Todoist may answer.
 * @throws what the client throws when the space cannot be reached.
 */
export async function syncTasks(ctx: TodoistContext, options: TodoistOptions): Promise<HandlerResult> {
  const now = options.now();
  const state = await openState(ctx, now);
  const unsettled = await settleCreations(ctx, state, { pending: pendingCreations(ctx) });
  if (unsettled) return unsettled;
  const changes = await fetchChanges(ctx, state.token, now);
  if (!changes.ok) return changes.failure;
  const report = { ...anEmptyReport(), unreadable: changes.unreadable };
  const inbound = { state, report, mapping: tombstoneMappingOf(options) };
  if (changes.isFull) parkMissing(state, changes.tasks);
  await applyTasks(ctx, changes.tasks, inbound);
  if (changes.isFull) await adoptStrays(ctx, state);
  await applyTasks(ctx, await readParked(ctx, state), inbound);
  await tell(ctx, report);
  state.token = changes.token;
  await state.save(ctx);
  return { ok: true };
}

/** A full sync names open tasks alone: those that are missing are done or deleted, which only each itself can tell. */
function parkMissing(state: SyncState, tasks: readonly TodoistTask[]): void {
  const present = new Set(tasks.map(({ id }) => id));
  for (const { task, isChecked, gone } of state.links.all())
    if (!present.has(task) && !isChecked && gone === null) state.parked.set(task, state.echo.lagEndsAt(task) ?? 0);
}

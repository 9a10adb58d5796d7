import type { TodoistContext } from '../manifest.ts';
import type { SyncState } from '../state/sync-state.ts';
import type { TaskLink } from '../state/task-links.ts';
import { hashState, hashTask } from '../task/content-hash.ts';
import type { TodoistTask } from '../task/todoist-task.ts';
import type { TombstoneMapping } from '../todoist-options.ts';
import { applyDeletion } from './apply-deletion.ts';
import type { InboundReport } from './inbound-report.ts';
import { updateItem } from './update-item.ts';
import { upsertItems } from './upsert-items.ts';

/** More changed tasks than that are written in bulk, without a look at what became of each item meanwhile. */
const MAX_SINGLE_UPDATES = 200;

/** What writing tasks into the space needs besides them. */
export interface Inbound {
  state: SyncState;
  report: InboundReport;
  mapping: TombstoneMapping;
}

/** Brings tasks that may have changed into the space: what is known is left, what is new or changed is written. */
export async function applyTasks(ctx: TodoistContext, tasks: readonly TodoistTask[], inbound: Inbound): Promise<void> {
  const strangers: TodoistTask[] = [];
  const known: { task: TodoistTask; link: TaskLink }[] = [];
  for (const task of latestOfEach(tasks)) {
    const link = inbound.state.links.byTask(task.id);
    if (task.is_deleted) {
      inbound.state.parked.delete(task.id);
      if (link) await applyDeletion(ctx, link, inbound);
    } else if (isNews(task, link, inbound.state)) {
      if (link) known.push({ task, link });
      else strangers.push(task);
    }
  }
  const isFew = known.length <= MAX_SINGLE_UPDATES;
  for (const { task, link } of known) {
    if (link.isPushed || isFew) await updateItem(ctx, { task, link }, inbound);
    else strangers.push(task);
  }
  await upsertItems(ctx, strangers, inbound);
}

/** One answer may name a task twice; the later one counts. */
function latestOfEach(tasks: readonly TodoistTask[]): TodoistTask[] {
  return [...new Map(tasks.map((task) => [task.id, task])).values()];
}

/** @returns whether a task is to be written. One that was written there a moment ago is put off and read again later. */
function isNews(task: TodoistTask, link: TaskLink | null, state: SyncState): boolean {
  state.parked.delete(task.id);
  // A task that we deleted comes back in answers that are older than the deletion.
  if (link?.gone === 'here') return false;
  const hash = hashTask(task);
  if (state.echo.shouldSkipReactive(task.id, hashState(hash, task.checked))) return false;
  if (link && link.gone === null && link.seen === hash && link.isChecked === task.checked) return false;
  const lagEnd = state.echo.lagEndsAt(task.id);
  if (lagEnd === null) return true;
  state.parked.set(task.id, lagEnd);
  return false;
}

import type { HandlerResult, Item } from '@withmarfa/runtime-sdk';
import { callTodoist, isMissing } from '../http/call-todoist.ts';
import type { TodoistContext } from '../manifest.ts';
import type { SyncState } from '../state/sync-state.ts';
import type { TaskLink } from '../state/task-links.ts';
import { hashItem, hashState, hashTask } from '../task/content-hash.ts';
import { readItem } from '../task/item-content.ts';
import { readTask, type TodoistTask } from '../task/todoist-task.ts';
import { changedFields } from './changed-fields.ts';
import { refuseTooLong } from './refuse-too-long.ts';

const DONE: HandlerResult = { ok: true };

/**
 * Brings a changed item to its task. What both sides changed, the later change has; where that is Todoist's, the next
 * sync brings it.
 */
export async function updateTask(
  ctx: TodoistContext,
  state: SyncState,
  { item, link }: { item: Item; link: TaskLink },
): Promise<HandlerResult> {
  const content = readItem(item);
  const isChanged = { content: hashItem(content) !== link.sent, status: content.isChecked !== link.isChecked };
  if (!isChanged.content && !isChanged.status) return DONE;
  const path = `tasks/${encodeURIComponent(link.task)}`;
  const called = await callTodoist(ctx, { method: 'GET', path, now: state.now });
  // Deleted in Todoist; the next sync tells the person.
  if (isMissing(called)) return DONE;
  if (!called.ok) return called.failure;
  const task = readTask(called.json);
  if (task === null) return { ok: false, retry: true, reason: 'Todoist answered with something that is no task.' };
  if (task.is_deleted) return DONE;

  const isKnown = hashTask(task) === link.seen;
  const isNewer = isLater(item, task);
  const fields = changedFields(content, task);
  const isSame = Object.keys(fields).length === 0;
  const isStepping = {
    content: isChanged.content && (isKnown || isNewer || isSame),
    status: isChanged.status && (task.checked === link.isChecked || isNewer || task.checked === content.isChecked),
  };
  let after = task;
  if (isStepping.content && !isSame) {
    const failure = refuseTooLong(content);
    if (failure) return failure;
    const written = await writeContent(ctx, { path, fields, now: state.now });
    if (!written.ok) return written.failure;
    after = written.task;
  }
  const isMoving = isStepping.status && task.checked !== content.isChecked;
  if (isMoving) {
    const step = content.isChecked ? 'close' : 'reopen';
    const moved = await callTodoist(ctx, { method: 'POST', path: `${path}/${step}`, now: state.now });
    if (!moved.ok) return moved.failure;
  }
  const isChecked = isMoving ? content.isChecked : task.checked;
  const stepped = {
    ...link,
    ...(isStepping.content ? { seen: hashTask(after), sent: hashItem(content) } : {}),
    ...(isStepping.status ? { isChecked: content.isChecked } : {}),
  };
  if (after !== task || isMoving) {
    // A change made there that the item does not have yet must not pass for our own.
    const isOurs = (isStepping.content || isKnown) && isChecked === stepped.isChecked;
    state.echo.trackOutboundWrite(link.task, isOurs ? hashState(hashTask(after), isChecked) : '');
  }
  state.links.put(stepped);
  return DONE;
}

type Written = { ok: true; task: TodoistTask } | { ok: false; failure: Extract<HandlerResult, { ok: false }> };

async function writeContent(
  ctx: TodoistContext,
  { path, fields, now }: { path: string; fields: Record<string, unknown>; now: number },
): Promise<Written> {
  const called = await callTodoist(ctx, { method: 'POST', path, body: fields, now });
  if (!called.ok) return { ok: false, failure: called.failure };
  const after = readTask(called.json);
  if (after) return { ok: true, task: after };
  return { ok: false, failure: { ok: false, retry: true, reason: 'Todoist answered with something that is no task.' } };
}

/** @returns whether the item was changed after the task was; an unknown time is long ago. */
function isLater(item: Item, task: TodoistTask): boolean {
  const taskTime = Date.parse(task.updated_at ?? '');
  return Number.isNaN(taskTime) || Date.parse(item.updated_at) >= taskTime;
}

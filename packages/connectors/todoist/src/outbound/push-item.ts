import type { HandlerResult, Item, ItemEventMessage } from '@withmarfa/runtime-sdk';
import { INTEGRATION_NAME, type TodoistContext } from '../manifest.ts';
import { pendingCreations } from '../state/pending-creations.ts';
import { openState, type SyncState } from '../state/sync-state.ts';
import type { TaskLink } from '../state/task-links.ts';
import { readItem } from '../task/item-content.ts';
import type { TodoistOptions } from '../todoist-options.ts';
import { createTask } from './create-task.ts';
import { removeTask } from './remove-task.ts';
import { settleCreations } from './settle-creations.ts';
import { updateTask } from './update-task.ts';

const DONE: HandlerResult = { ok: true };

/**
 * Brings what became of an item to Todoist. What kind of change woke it does not matter, only what the item is now: a
 * change may have overtaken another, and one that is told twice does nothing the second time.
 * @returns a failure with a reason for whatever Todoist may answer.
 * @throws what the client throws when the space cannot be reached.
 */
export async function pushItem(
  ctx: TodoistContext,
  message: ItemEventMessage,
  options: TodoistOptions,
): Promise<HandlerResult> {
  const state = await openState(ctx, options.now());
  const item = (await ctx.marfa.getItem(message.item_id))?.item ?? null;
  if (findLink(state, message.item_id, item) === null) {
    const unsettled = await settleCreations(ctx, state, { pending: pendingCreations(ctx), item: message.item_id });
    if (unsettled) return unsettled;
  }
  const result = await push(ctx, state, { id: message.item_id, item });
  if (result.ok) await state.save(ctx);
  return result;
}

async function push(
  ctx: TodoistContext,
  state: SyncState,
  { id, item }: { id: string; item: Item | null },
): Promise<HandlerResult> {
  const link = findLink(state, id, item);
  if (item === null || item.state === 'trashed') return link ? removeTask(ctx, state, link) : DONE;
  // Archiving is a matter of the space alone.
  if (item.state !== 'active') return DONE;
  // Deleted in Todoist; the person was asked, and the item is not kept in step any more.
  if (link?.gone === 'there') return DONE;
  if (link && link.gone === null) return updateTask(ctx, state, { item, link });
  if (!goesOut(ctx, state, item)) return DONE;
  return createTask(ctx, state, { item, generation: link ? link.generation + 1 : 0 });
}

/** A link from the cursor, or the one that the item carries itself. */
function findLink(state: SyncState, id: string, item: Item | null): TaskLink | null {
  const known = state.links.byItem(id);
  if (known || item?.source_id === undefined || item.source !== state.source) return known;
  // Its task has another item by now, made while this one lay in the trash.
  if (state.links.byTask(item.source_id)) return null;
  const unknown = { seen: '', sent: '', isChecked: false, gone: null, generation: 0 };
  return { task: item.source_id, item: id, isPushed: false, ...unknown };
}

/** @returns whether an item without a task gets one: those of the type in the settings that are not done yet. */
function goesOut(ctx: TodoistContext, state: SyncState, item: Item): boolean {
  // What another Todoist connection brought belongs to another account.
  const isOtherAccounts = item.source.startsWith(INTEGRATION_NAME) && item.source !== state.source;
  return item.type === ctx.configuration.target_type && !isOtherAccounts && !readItem(item).isChecked;
}

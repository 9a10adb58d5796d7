import type { HandlerResult, Item } from '@withmarfa/runtime-sdk';
import { deriveUuid } from '../ids/derive-uuid.ts';
import type { TodoistContext } from '../manifest.ts';
import { type Creation, pendingCreations } from '../state/pending-creations.ts';
import type { SyncState } from '../state/sync-state.ts';
import { hashItem } from '../task/content-hash.ts';
import { toDueObject } from '../task/due-at.ts';
import { type ItemContent, readItem } from '../task/item-content.ts';
import { linkCreation } from './link-creation.ts';
import { refuseTooLong } from './refuse-too-long.ts';
import { sendCreation } from './send-creation.ts';

/**
 * Makes a task for an item. Cut off anywhere, it is done once: the command carries ids that are derived from the item,
 * and is written down before it is sent.
 * @param options.generation how many tasks the item had before.
 */
export async function createTask(
  ctx: TodoistContext,
  state: SyncState,
  { item, generation }: { item: Item; generation: number },
): Promise<HandlerResult> {
  const content = readItem(item);
  const refusal = refuseTooLong(content);
  if (refusal) return refusal;
  const pending = pendingCreations(ctx);
  const creation = toCreation(item.id, content, generation);
  await pending.add(item.id, creation);
  const sent = await sendCreation(ctx, creation, state.now);
  if (!sent.ok) {
    if (sent.isFinal) await pending.remove([item.id]);
    return sent.failure;
  }
  await linkCreation(ctx, state, { creation, task: sent.task, item: item.id, generation, sent: hashItem(content) });
  return { ok: true };
}

function toCreation(item: string, content: ItemContent, generation: number): Creation {
  const { title, body, priority, dueAt, labels, place } = content;
  const of = `${item}:${generation}`;
  return {
    type: 'item_add',
    uuid: deriveUuid(`command:${of}`),
    temp_id: deriveUuid(`task:${of}`),
    args: {
      content: title,
      ...(body === '' ? {} : { description: body }),
      ...(priority === undefined ? {} : { priority }),
      ...(dueAt === null ? {} : { due: toDueObject(dueAt) }),
      ...(labels === null || labels.length === 0 ? {} : { labels }),
      ...place,
    },
  };
}

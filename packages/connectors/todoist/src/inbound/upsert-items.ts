import { type BulkResult, MarfaApiError } from '@withmarfa/runtime-sdk';
import type { TaskType, TodoistContext } from '../manifest.ts';
import type { SyncState } from '../state/sync-state.ts';
import { hashItem, hashTask } from '../task/content-hash.ts';
import { readItem } from '../task/item-content.ts';
import { toProperties } from '../task/to-properties.ts';
import type { TodoistTask } from '../task/todoist-task.ts';
import type { InboundReport } from './inbound-report.ts';
import { noteRefusal } from './note-refusal.ts';
import { updateItem } from './update-item.ts';

type Row = BulkResult['results'][number];

/** Writes tasks as items that carry their ids; one that the space refuses stops none of the others. */
export async function upsertItems(
  ctx: TodoistContext,
  tasks: readonly TodoistTask[],
  inbound: { state: SyncState; report: InboundReport },
): Promise<void> {
  if (tasks.length === 0) return;
  const { state, report } = inbound;
  const type = ctx.configuration.target_type;
  const inputs = tasks.map((task) => {
    const link = state.links.byTask(task.id);
    const withStatus = link === null || link.seen === '' || link.isChecked !== task.checked;
    return { type, source_id: task.id, properties: toProperties(task, { type, withStatus }) };
  });
  const { counts, results } = await ctx.marfa.bulkUpsert(inputs, { atomic: false });
  report.created += counts.created;
  report.updated += counts.updated;
  for (const row of results) {
    const task = tasks[row.index];
    const properties = inputs[row.index]?.properties;
    if (!task || !properties) continue;
    if (row.id !== undefined && row.outcome !== 'errored') {
      state.refused.delete(task.id);
      state.links.put(linkOf(task, row.id, { type, properties }));
    } else if (row.error?.code === 'type_mismatch') await takeOtherType(ctx, task, { ...inbound, type });
    else noteRefusal(task.id, reasonOf(row), inbound);
  }
  if (state.source === null) state.source = await sourceOf(ctx, results);
}

function linkOf(
  task: TodoistTask,
  item: string,
  { type, properties }: { type: TaskType; properties: Record<string, unknown> },
) {
  const sent = hashItem(readItem({ type, properties }));
  const base = { gone: null, isPushed: false, generation: 0 };
  return { task: task.id, item, seen: hashTask(task), sent, isChecked: task.checked, ...base };
}

/** The item is there with the type that the settings named before; it keeps it. */
async function takeOtherType(
  ctx: TodoistContext,
  task: TodoistTask,
  inbound: { state: SyncState; report: InboundReport; type: TaskType },
): Promise<void> {
  try {
    await ctx.marfa.createItem({ type: inbound.type, source_id: task.id, properties: { title: task.content } });
  } catch (error) {
    const item = MarfaApiError.is(error, 'type_mismatch') ? error.details?.id : undefined;
    if (typeof item !== 'string') throw error;
    const link = { ...linkOf(task, item, { type: inbound.type, properties: {} }), seen: '', sent: '', isPushed: true };
    await updateItem(ctx, { task, link }, inbound);
  }
}

function reasonOf({ error }: Row): string {
  return error ? `${error.code} ${error.message}` : 'refused';
}

/** The name on this connection's items is the server's to choose; one of them tells it. */
async function sourceOf(ctx: TodoistContext, results: readonly Row[]): Promise<string | null> {
  const id = results.find((row) => row.outcome !== 'errored' && row.id !== undefined)?.id;
  const envelope = id === undefined ? null : await ctx.marfa.getItem(id);
  return envelope?.item.source ?? null;
}

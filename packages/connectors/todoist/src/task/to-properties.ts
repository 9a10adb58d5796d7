import type { TaskType } from '../manifest.ts';
import { cleanText } from './clean-text.ts';
import { dueAtOf } from './due-at.ts';
import type { TodoistTask } from './todoist-task.ts';

/**
 * Turns a task into the properties of an item. A null removes what is gone; what could not be read is not named, and so
 * stays.
 * @param options.withStatus false when nothing became of it since: `in_progress` and `cancelled`, which Todoist does not
 *   know, are then left alone.
 */
export function toProperties(
  task: TodoistTask,
  { type, withStatus }: { type: TaskType; withStatus: boolean },
): Record<string, unknown> {
  const { due, project_id, section_id, parent_id } = task;
  const properties = {
    title: cleanText(task.content),
    body: task.description === undefined ? undefined : cleanText(task.description) || null,
    priority: task.priority,
    due_at: dueAtOf(due),
    ...(withStatus ? statusOf(task) : {}),
    ...(type === 'todoist.task'
      ? { labels: task.labels?.map(cleanText), due: due && { ...due }, project_id, section_id, parent_id }
      : {}),
  };
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}

function statusOf({ checked, completed_at }: TodoistTask): Record<string, unknown> {
  if (!checked) return { status: 'open', completed_at: null };
  const at = Date.parse(completed_at ?? '');
  return { status: 'completed', ...(Number.isNaN(at) ? {} : { completed_at: new Date(at).toISOString() }) };
}

import { dueAtOf, toDueFields } from '../task/due-at.ts';
import type { ItemContent } from '../task/item-content.ts';
import type { TodoistTask } from '../task/todoist-task.ts';

/** @returns what a task is to be sent so that it becomes as its item is; empty when it is. */
export function changedFields(content: ItemContent, task: TodoistTask): Record<string, unknown> {
  const { title, body, priority, dueAt, labels } = content;
  return {
    ...(title === task.content.trim() ? {} : { content: title }),
    ...(body === (task.description ?? '') ? {} : { description: body }),
    ...(priority === undefined || priority === task.priority ? {} : { priority }),
    ...(labels === null || isSame(labels, task.labels ?? []) ? {} : { labels }),
    ...(dueAt === (dueAtOf(task.due) ?? null) ? {} : toDueFields(dueAt)),
  };
}

function isSame(one: readonly string[], other: readonly string[]): boolean {
  return JSON.stringify([...one].sort()) === JSON.stringify([...other].sort());
}

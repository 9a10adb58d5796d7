import { sha256 as digest } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { ItemContent } from './item-content.ts';
import type { TodoistTask } from './todoist-task.ts';

/** 48 bits tell two states of one task apart, and keep the cursor small. */
const LENGTH = 12;

export function sha256(text: string): string {
  return bytesToHex(digest(utf8ToBytes(text)));
}

/** A hash of everything of a task that is kept, but whether it is done. */
export function hashTask(task: TodoistTask): string {
  const { content, description = '', priority = 1, labels = [], due, project_id, section_id, parent_id } = task;
  const when = due ? [due.date, due.timezone ?? '', due.is_recurring, due.is_recurring ? (due.string ?? '') : ''] : [];
  const place = [project_id ?? '', section_id ?? '', parent_id ?? ''];
  return short([content, description, priority, [...labels].sort(), when, place]);
}

/** A hash of everything of an item that goes out, but whether it is done. */
export function hashItem({ title, body, priority, dueAt, labels }: ItemContent): string {
  return short([title, body, priority ?? null, dueAt, labels && [...labels].sort()]);
}

/** What an echo is known by: the task, and whether it is done. */
export function hashState(taskHash: string, isChecked: boolean): string {
  return `${taskHash}${isChecked ? '+' : '-'}`;
}

function short(value: unknown): string {
  return sha256(JSON.stringify(value)).slice(0, LENGTH);
}

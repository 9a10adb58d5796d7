import type { TodoistDue } from './todoist-task.ts';

const MIDNIGHT = 'T00:00:00.000Z';

/**
 * The moment of a due date. A day is its midnight, and a time without a zone is taken, in UTC: Todoist means both in
 * whatever zone the person is in, which no moment can say. `toDueFields` goes the same way back.
 * @returns ISO 8601 in UTC; null for none; undefined for what cannot be read.
 */
export function dueAtOf(due: TodoistDue | null | undefined): string | null | undefined {
  if (!due) return due;
  const { date } = due;
  const time = Date.parse(date.length === 10 ? `${date}${MIDNIGHT}` : date.endsWith('Z') ? date : `${date}Z`);
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

/** What the REST API is sent to make this the due date. @param dueAt ISO 8601 in UTC; null for none. */
export function toDueFields(dueAt: string | null): Record<string, string> {
  if (dueAt === null) return { due_string: 'no date' };
  return dueAt.endsWith(MIDNIGHT) ? { due_date: dueAt.slice(0, 10) } : { due_datetime: `${dueAt.slice(0, 19)}Z` };
}

/** The `due` object that a command of the Sync API is sent. @param dueAt ISO 8601 in UTC. */
export function toDueObject(dueAt: string): { date: string } {
  return { date: dueAt.endsWith(MIDNIGHT) ? dueAt.slice(0, 10) : `${dueAt.slice(0, 19)}Z` };
}

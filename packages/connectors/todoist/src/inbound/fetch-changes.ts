import { z } from 'zod';
import { callTodoist } from '../http/call-todoist.ts';
import type { Failure } from '../http/classify-failure.ts';
import type { TodoistContext } from '../manifest.ts';
import { FROM_THE_START } from '../state/sync-state.ts';
import { readTask, type TodoistTask } from '../task/todoist-task.ts';

const AnswerSchema = z.looseObject({
  sync_token: z.string().min(1),
  full_sync: z.boolean(),
  items: z.array(z.unknown()).default([]),
});

/** What changed in Todoist, and the token to go on from. `isFull`: these are all tasks that are open. */
export type Changes =
  | { ok: true; tasks: TodoistTask[]; unreadable: number; token: string; isFull: boolean }
  | { ok: false; failure: Failure };

/**
 * Asks for what has changed since `token`; a token that Todoist does not know any more is followed by a full sync.
 * @param now milliseconds since the epoch.
 */
export async function fetchChanges(ctx: TodoistContext, token: string, now: number): Promise<Changes> {
  const body = new URLSearchParams({ sync_token: token, resource_types: '["items"]' });
  const called = await callTodoist(ctx, { method: 'POST', path: 'sync', body, now });
  if (!called.ok) {
    if (called.status === 400 && token !== FROM_THE_START) return fetchChanges(ctx, FROM_THE_START, now);
    return { ok: false, failure: called.failure };
  }
  const answer = AnswerSchema.safeParse(called.json);
  if (!answer.success) {
    return {
      ok: false,
      failure: { ok: false, retry: true, reason: 'Todoist answered in another shape than it documents.' },
    };
  }
  const read = answer.data.items.map(readTask);
  const tasks = read.filter((task) => task !== null);
  const { sync_token, full_sync } = answer.data;
  return { ok: true, tasks, unreadable: read.length - tasks.length, token: sync_token, isFull: full_sync };
}

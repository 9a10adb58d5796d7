import { z } from 'zod';
import { callTodoist } from '../http/call-todoist.ts';
import { classifyFailure, describeRefusal, type Failure } from '../http/classify-failure.ts';
import type { TodoistContext } from '../manifest.ts';
import type { Creation } from '../state/pending-creations.ts';

const AnswerSchema = z.looseObject({
  sync_status: z.record(z.string(), z.unknown()),
  temp_id_mapping: z.record(z.string(), z.union([z.string().min(1), z.int().transform(String)])).catch({}),
});

/** What became of a creation. `isFinal`: Todoist has judged it, and will judge it so again. */
export type Sent = { ok: true; task: string } | { ok: false; isFinal: boolean; failure: Failure };

/**
 * Has Todoist make a task. Sent again, the same command makes no second one, and tells the first.
 * @param now milliseconds since the epoch.
 */
export async function sendCreation(ctx: TodoistContext, creation: Creation, now: number): Promise<Sent> {
  const body = new URLSearchParams({ commands: JSON.stringify([creation]) });
  const called = await callTodoist(ctx, { method: 'POST', path: 'sync', body, now });
  if (!called.ok) return { ok: false, isFinal: false, failure: called.failure };
  const answer = AnswerSchema.safeParse(called.json);
  const task = answer.data?.temp_id_mapping[creation.temp_id];
  // A repeated command may be reported as "already processed"; what it made is told all the same.
  if (task !== undefined) return { ok: true, task };
  const status = answer.data?.sync_status[creation.uuid];
  if (typeof status !== 'object' || status === null) return again('Todoist did not tell what became of a new task.');
  return judge(status, now);
}

function judge(status: object, now: number): Sent {
  const { http_code } = status as { http_code?: unknown };
  const code = typeof http_code === 'number' && http_code >= 400 && http_code <= 599 ? http_code : 400;
  const failure = classifyFailure(new Response(null, { status: code }), { body: status, now });
  if (failure.retry) return { ok: false, isFinal: false, failure };
  const reason = `Todoist did not take a new task. ${describeRefusal(status)}`.trim();
  return { ok: false, isFinal: true, failure: { ok: false, retry: false, reason } };
}

function again(reason: string): Sent {
  return { ok: false, isFinal: false, failure: { ok: false, retry: true, reason } };
}

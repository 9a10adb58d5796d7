import type { ActivityInput } from '@withmarfa/runtime-sdk';
import type { TodoistContext } from '../manifest.ts';

/** What a run did and found; told to the person in the end. */
export interface InboundReport {
  created: number;
  updated: number;
  trashed: number;
  unreadable: number;
  /** Newly refused by the space: each task's id and why. */
  refused: { task: string; reason: string }[];
  prompts: ActivityInput[];
}

export function anEmptyReport(): InboundReport {
  return { created: 0, updated: 0, trashed: 0, unreadable: 0, refused: [], prompts: [] };
}

export async function tell(ctx: TodoistContext, report: InboundReport): Promise<void> {
  const { created, updated, trashed, unreadable, refused, prompts } = report;
  ctx.log.info('Todoist was read.', { created, updated, trashed, unreadable, refused: refused.length });
  const warn = (summary: string, detail: Record<string, unknown>) =>
    ctx.activity.emit({ severity: 'warning', summary, detail });
  const [first] = refused;
  if (first)
    await warn(`${tasksOf(refused.length)} of Todoist refused by the space`, {
      kind: 'partial_write',
      first: `${first.task}: ${first.reason}`,
    });
  if (unreadable > 0) await warn(`${tasksOf(unreadable)} of Todoist left out: not readable`, { unreadable });
  for (const prompt of prompts) await ctx.activity.emit(prompt);
}

function tasksOf(count: number): string {
  return count === 1 ? '1 task' : `${count} tasks`;
}

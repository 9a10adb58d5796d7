import type { Failure } from '../http/classify-failure.ts';
import type { ItemContent } from '../task/item-content.ts';

/** What Todoist takes of a task, in characters. */
const MAX_TITLE = 500;
const MAX_BODY = 16_383;

/** @returns why Todoist would not take an item; null when it may. Nothing is cut: it would come back cut. */
export function refuseTooLong({ title, body }: ItemContent): Failure | null {
  if (title === '') return refused('A task without a title cannot go to Todoist.');
  if (title.length > MAX_TITLE)
    return refused(`The title is longer than the ${MAX_TITLE} characters that Todoist takes.`);
  if (body.length > MAX_BODY) return refused(`The text is longer than the ${MAX_BODY} characters that Todoist takes.`);
  return null;
}

function refused(reason: string): Failure {
  return { ok: false, retry: false, reason };
}

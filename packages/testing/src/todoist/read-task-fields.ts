import type { FakeDue, TaskFields } from './todoist-records.ts';

const PLAIN = ['content', 'description', 'priority', 'labels', 'project_id', 'section_id', 'parent_id'] as const;

/**
 * Reads what a command of the Sync API gives of a task: `due` is an object.
 * @param resolve turns a temporary id of the same request into the real one.
 */
export function fromCommand(args: Record<string, unknown>, resolve: (id: string) => string): TaskFields {
  const fields: Record<string, unknown> = {};
  for (const name of PLAIN) {
    const value = args[name];
    if (value !== undefined) fields[name] = name.endsWith('_id') && typeof value === 'string' ? resolve(value) : value;
  }
  if ('due' in args) fields.due = args.due === null ? null : toDue(args.due as Partial<FakeDue>);
  return fields as TaskFields;
}

/** Reads what a REST call gives: `due_date`, `due_datetime` or `due_string`, of which `no date` clears it. */
export function fromRest(body: Record<string, unknown>): TaskFields {
  const fields: Record<string, unknown> = {};
  for (const name of PLAIN) if (body[name] !== undefined) fields[name] = body[name];
  if (body.due_string === 'no date') fields.due = null;
  else if (typeof body.due_datetime === 'string') fields.due = toDue({ date: body.due_datetime });
  else if (typeof body.due_date === 'string') fields.due = toDue({ date: body.due_date });
  return fields as TaskFields;
}

/** A time in UTC comes back with a zone, in whole seconds; a day and a time without a zone come back as they are. */
function toDue({ date = '', timezone, string, lang, is_recurring }: Partial<FakeDue>): FakeDue {
  const told = date.endsWith('Z') ? `${new Date(date).toISOString().slice(0, 19)}Z` : date;
  return {
    date: told,
    timezone: timezone ?? (date.endsWith('Z') ? 'Europe/London' : null),
    string: string ?? told,
    lang: lang ?? 'en',
    is_recurring: is_recurring ?? false,
  };
}

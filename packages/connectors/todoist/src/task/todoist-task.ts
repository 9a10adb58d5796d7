import { z } from 'zod';

const flag = z.union([z.boolean(), z.literal([0, 1]).transform((value) => value === 1)]);
/** Ids are opaque; one that no item could carry is none. */
const id = z.union([z.string().regex(/^\P{Surrogate}{1,200}$/u), z.int().transform(String)]);
const otherId = z.string().nullish().catch(undefined);
const time = z.string().nullish().catch(undefined);

/** A due date: a day, a time without a zone, or a time in UTC (`Z`) with the zone that it is meant in. */
const DueSchema = z.looseObject({
  date: z.string().regex(/^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?Z?)?$/),
  timezone: z.string().nullish().catch(undefined),
  string: z.string().optional().catch(undefined),
  is_recurring: flag.catch(false),
});
export type TodoistDue = z.infer<typeof DueSchema>;

/**
 * A task as Todoist sends it, in the Sync and the REST form. What cannot be read is left out and stays in the space as it
 * is (`undefined`; null is Todoist's word for none); only an id, a text, and whether it is done or deleted there must be.
 */
export const TodoistTaskSchema = z.looseObject({
  id,
  content: z.string(),
  checked: flag.default(false),
  is_deleted: flag.default(false),
  description: z.string().optional().catch(undefined),
  priority: z.int().min(1).max(4).optional().catch(undefined),
  labels: z.array(z.string()).optional().catch(undefined),
  due: DueSchema.nullish().catch(undefined),
  project_id: otherId,
  section_id: otherId,
  parent_id: otherId,
  completed_at: time,
  updated_at: time,
});
export type TodoistTask = z.infer<typeof TodoistTaskSchema>;

/** @returns null for anything that is no task. */
export function readTask(value: unknown): TodoistTask | null {
  const parsed = TodoistTaskSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}

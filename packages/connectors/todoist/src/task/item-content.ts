import { z } from 'zod';

/** What of an item goes out to Todoist. */
export interface ItemContent {
  title: string;
  body: string;
  /** Undefined when the item has none: Todoist's is left alone. */
  priority: number | undefined;
  /** ISO 8601 in UTC; null for none. */
  dueAt: string | null;
  /** Null when the item has none of its own, as core.task: Todoist's are left alone. */
  labels: string[] | null;
  isChecked: boolean;
  /** Where a new task goes. */
  place: Record<string, string>;
}

const PropertiesSchema = z.looseObject({
  title: z.string().catch(''),
  body: z.string().catch(''),
  priority: z.int().min(1).max(4).optional().catch(undefined),
  due_at: z.string().nullish().catch(null),
  status: z.string().optional().catch(undefined),
  completed_at: z.string().nullish().catch(null),
  labels: z.array(z.string()).nullable().catch(null),
  project_id: z.string().optional().catch(undefined),
  section_id: z.string().optional().catch(undefined),
  parent_id: z.string().optional().catch(undefined),
});

/** Reads an item that anybody may have written. */
export function readItem(item: { type: string; properties: Record<string, unknown> }): ItemContent {
  const read = PropertiesSchema.parse(item.properties);
  const isOurs = item.type === 'todoist.task';
  const due = Date.parse(read.due_at ?? '');
  const { project_id, section_id, parent_id } = read;
  const place = Object.entries({ project_id, section_id, parent_id }).filter(([, id]) => id);
  return {
    title: read.title.trim(),
    body: read.body,
    priority: read.priority,
    dueAt: Number.isNaN(due) ? null : new Date(due).toISOString(),
    labels: isOurs ? (read.labels ?? []) : null,
    isChecked: read.status === undefined ? Boolean(read.completed_at) : /^(completed|cancelled)$/.test(read.status),
    place: isOurs ? (Object.fromEntries(place) as Record<string, string>) : {},
  };
}

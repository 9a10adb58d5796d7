import { z } from 'zod';

/** What is known of one task and its item. */
export interface TaskLink {
  task: string;
  item: string;
  /** Hash of the task as it was last seen there; empty when that is not known. */
  seen: string;
  /** Hash of what of the item was last in step; empty when that is not known. */
  sent: string;
  /** Whether both were done then. */
  isChecked: boolean;
  /** The task was deleted there, or by us after its item went. */
  gone: 'there' | 'here' | null;
  /** The item was made by a person or another connector, and does not carry the task's id as its `source_id`. */
  isPushed: boolean;
  /** How often a task was made for the item before this one. */
  generation: number;
}

const CHECKED = 1;
const GONE_THERE = 2;
const GONE_HERE = 4;
const PUSHED = 8;

/** A link in the cursor: task, item, seen, sent, flags, generation. About 100 bytes. */
export const LinkRowsSchema = z.array(z.tuple([z.string(), z.string(), z.string(), z.string(), z.int(), z.int()]));
export type LinkRows = z.infer<typeof LinkRowsSchema>;

/**
 * Links kept at the most: 7,500 of them take about 750 KB of the megabyte that a cursor may have. Those go first whose
 * task is gone, then those that are done, then those that were not touched for longest.
 */
export const MAX_LINKS = 7500;

/** Which item belongs to which task, found from both sides. */
export interface TaskLinks {
  byTask(task: string): TaskLink | null;
  byItem(item: string): TaskLink | null;
  /** Adds a link, in place of those of the same task or item. */
  put(link: TaskLink): void;
  remove(link: TaskLink): void;
  all(): TaskLink[];
  rows(): LinkRows;
}

export function createTaskLinks(rows: LinkRows): TaskLinks {
  const byTask = new Map<string, TaskLink>();
  const byItem = new Map<string, TaskLink>();

  function remove(link: TaskLink): void {
    byTask.delete(link.task);
    if (byItem.get(link.item)?.task === link.task) byItem.delete(link.item);
  }

  function put(link: TaskLink): void {
    for (const known of [byTask.get(link.task), byItem.get(link.item)]) if (known) remove(known);
    byTask.set(link.task, link);
    byItem.set(link.item, link);
  }

  for (const row of rows) put(fromRow(row));
  return {
    byTask: (task) => byTask.get(task) ?? null,
    byItem: (item) => byItem.get(item) ?? null,
    put,
    remove,
    all: () => [...byTask.values()],
    rows: () => bounded([...byTask.values()]).map(toRow),
  };
}

/** @returns as many links as are kept, in their order. */
function bounded(links: TaskLink[]): TaskLink[] {
  if (links.length <= MAX_LINKS) return links;
  const worth = ({ gone, isChecked }: TaskLink) => (gone ? 0 : isChecked ? 1 : 2);
  const ranked = links
    .map((link, index) => ({ link, index }))
    .sort((one, other) => {
      return worth(other.link) - worth(one.link) || other.index - one.index;
    });
  const kept = new Set(ranked.slice(0, MAX_LINKS).map(({ link }) => link));
  return links.filter((link) => kept.has(link));
}

function toRow({ task, item, seen, sent, isChecked, gone, isPushed, generation }: TaskLink): LinkRows[number] {
  const flags =
    (isChecked ? CHECKED : 0) |
    (gone === 'there' ? GONE_THERE : 0) |
    (gone === 'here' ? GONE_HERE : 0) |
    (isPushed ? PUSHED : 0);
  return [task, item, seen, sent, flags, generation];
}

function fromRow([task, item, seen, sent, flags, generation]: LinkRows[number]): TaskLink {
  return {
    task,
    item,
    seen,
    sent,
    isChecked: (flags & CHECKED) !== 0,
    gone: flags & GONE_THERE ? 'there' : flags & GONE_HERE ? 'here' : null,
    isPushed: (flags & PUSHED) !== 0,
    generation,
  };
}

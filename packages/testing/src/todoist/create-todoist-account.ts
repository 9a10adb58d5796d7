import { type FakeGroup, type FakeRefusal, type FakeTask, refusal, type TaskFields } from './todoist-records.ts';

/** What became of a change: the task as it is then, or why not. */
export type Change = { ok: true; task: FakeTask } | { ok: false; refusal: FakeRefusal };

/** One person's tasks, and what has changed since when. */
export interface TodoistAccount {
  readonly tasks: readonly FakeTask[];
  readonly projects: readonly FakeGroup[];
  readonly sections: readonly FakeGroup[];
  readonly labels: readonly FakeGroup[];
  /** Where everybody's tasks land without a project. */
  readonly inboxId: string;
  find(id: string): FakeTask | null;
  add(fields: TaskFields): Change;
  update(id: string, fields: TaskFields): Change;
  /** A recurring task goes on to its next date and stays open. */
  close(id: string): Change;
  reopen(id: string): Change;
  remove(id: string): Change;
  addGroup(kind: 'projects' | 'sections' | 'labels', group: Omit<FakeGroup, 'id'>): FakeGroup;
  /** Counts every change. */
  readonly revision: number;
  /** @returns tasks that have changed after this revision, deleted and completed ones included. */
  changedSince(revision: number): FakeTask[];
}

const MAX_CONTENT = 500;
const MAX_DESCRIPTION = 16_383;

/** @param options.newId makes ids like Todoist's: opaque, 16 characters. */
export function createTodoistAccount(options: { now: () => number; newId: () => string }): TodoistAccount {
  const { newId } = options;
  const tasks = new Map<string, FakeTask>();
  const revisions = new Map<string, number>();
  const groups: Record<'projects' | 'sections' | 'labels', FakeGroup[]> = { projects: [], sections: [], labels: [] };
  let revision = 0;
  const at = () => new Date(options.now()).toISOString().replace('Z', '000Z');

  function put(task: FakeTask): Change {
    revision += 1;
    tasks.set(task.id, { ...task, updated_at: at() });
    revisions.set(task.id, revision);
    return { ok: true, task: tasks.get(task.id) ?? task };
  }

  function fault(fields: TaskFields, isNew: boolean): FakeRefusal | null {
    const { content, description, priority, project_id, section_id, labels } = fields;
    const wrong = (argument: string) =>
      refusal('INVALID_ARGUMENT_VALUE', 'Invalid argument value', { error_extra: { argument } });
    if (isNew && content === undefined)
      return refusal('ARGUMENT_MISSING', 'Required argument is missing', { error_code: 19 });
    if (content !== undefined && (content.trim() === '' || content.length > MAX_CONTENT)) return wrong('content');
    if (description !== undefined && description.length > MAX_DESCRIPTION) return wrong('description');
    if (priority !== undefined && ![1, 2, 3, 4].includes(priority)) return wrong('priority');
    if (labels !== undefined && !labels.every((label) => typeof label === 'string')) return wrong('labels');
    if (project_id && !groups.projects.some(({ id }) => id === project_id))
      return refusal('PROJECT_NOT_FOUND', 'Project not found', { http_code: 404, error_code: 478 });
    if (section_id && !groups.sections.some(({ id }) => id === section_id))
      return refusal('SECTION_NOT_FOUND', 'Section not found', { http_code: 404, error_code: 479 });
    return null;
  }

  function change(id: string, work: (task: FakeTask) => FakeTask): Change {
    const task = tasks.get(id);
    if (task && !task.is_deleted) return put(work(task));
    return { ok: false, refusal: refusal('TASK_NOT_FOUND', 'Task not found', { http_code: 404, error_code: 478 }) };
  }

  function addGroup(kind: keyof typeof groups, group: Omit<FakeGroup, 'id'>): FakeGroup {
    const added = { id: newId(), ...group };
    groups[kind].push(added);
    return added;
  }

  const inboxId = addGroup('projects', { name: 'Inbox' }).id;

  return {
    get tasks() {
      return [...tasks.values()];
    },
    ...groups,
    inboxId,
    get revision() {
      return revision;
    },
    find: (id) => tasks.get(id) ?? null,
    add(fields) {
      const refused = fault(fields, true);
      if (refused) return { ok: false, refusal: refused };
      return put({
        user_id: 'user-1',
        project_id: inboxId,
        section_id: null,
        parent_id: null,
        content: '',
        description: '',
        priority: 1,
        labels: [],
        due: null,
        deadline: null,
        duration: null,
        child_order: tasks.size + 1,
        day_order: -1,
        is_collapsed: false,
        checked: false,
        is_deleted: false,
        added_at: at(),
        updated_at: at(),
        completed_at: null,
        ...fields,
        id: newId(),
      });
    },
    update(id, fields) {
      const refused = fault(fields, false);
      return refused ? { ok: false, refusal: refused } : change(id, (task) => ({ ...task, ...fields }));
    },
    close: (id) =>
      change(id, (task) =>
        task.due?.is_recurring
          ? { ...task, due: { ...task.due, date: nextDay(task.due.date) } }
          : { ...task, checked: true, completed_at: at() },
      ),
    reopen: (id) => change(id, (task) => ({ ...task, checked: false, completed_at: null })),
    remove: (id) => change(id, (task) => ({ ...task, is_deleted: true })),
    addGroup,
    changedSince: (since) => [...tasks.values()].filter(({ id }) => (revisions.get(id) ?? 0) > since),
  };
}

/** Every recurring task of this account recurs daily. */
function nextDay(date: string): string {
  const day = new Date(`${date.slice(0, 10)}T00:00:00Z`);
  return new Date(day.getTime() + 86_400_000).toISOString().slice(0, 10) + date.slice(10);
}

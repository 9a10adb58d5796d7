/** A due date as Todoist tells it: a day, a time without a zone, or a time in UTC with the zone it is meant in. */
export interface FakeDue {
  date: string;
  timezone: string | null;
  string: string;
  lang: string;
  is_recurring: boolean;
}

/** A task as the API gives it, in both its Sync and its REST form. */
export interface FakeTask {
  id: string;
  user_id: string;
  project_id: string;
  section_id: string | null;
  parent_id: string | null;
  content: string;
  description: string;
  priority: number;
  labels: string[];
  due: FakeDue | null;
  deadline: { date: string; lang: string } | null;
  duration: { amount: number; unit: 'minute' | 'day' } | null;
  child_order: number;
  day_order: number;
  is_collapsed: boolean;
  checked: boolean;
  is_deleted: boolean;
  added_at: string;
  updated_at: string;
  completed_at: string | null;
}

/** A project, a section or a label; `section` names its project. */
export interface FakeGroup {
  id: string;
  name: string;
  project_id?: string;
}

/** What a command or a call may give of a task. */
export type TaskFields = Partial<
  Pick<FakeTask, 'content' | 'description' | 'priority' | 'labels' | 'due' | 'project_id' | 'section_id' | 'parent_id'>
>;

/** A refusal as Todoist words it, in `sync_status` and in the body of an error answer. */
export interface FakeRefusal {
  error: string;
  error_code: number;
  error_tag: string;
  http_code: number;
  error_extra: Record<string, unknown>;
}

/** @param http_code default 400. */
export function refusal(
  error_tag: string,
  error: string,
  { http_code = 400, error_code = 20, error_extra = {} }: Partial<FakeRefusal> = {},
): FakeRefusal {
  return { error, error_code, error_tag, http_code, error_extra };
}

import type { Change, TodoistAccount } from './create-todoist-account.ts';
import { fromRest } from './read-task-fields.ts';
import { refusal } from './todoist-records.ts';

/** A status and a body as JSON; null for no body. */
export interface RestAnswer {
  status: number;
  body: unknown;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;

/**
 * Serves the REST part of the API, below `/api/v1/`.
 * @param request.path such as `tasks/6X6HrfVQvQq5WCXH/close`.
 * @returns null for what this fake does not know.
 */
export function answerRest(
  account: TodoistAccount,
  request: { method: string; path: string; query: URLSearchParams; body: Record<string, unknown> },
): RestAnswer | null {
  const [kind = '', id, action, ...more] = request.path.split('/');
  if (more.length > 0) return null;
  const place = `${request.method} ${kind}${id === undefined ? '' : '/{id}'}${action === undefined ? '' : `/${action}`}`;
  const task = id === undefined ? '' : decodeURIComponent(id);
  switch (place) {
    case 'GET tasks':
      return page(
        account.tasks.filter(({ checked, is_deleted }) => !checked && !is_deleted),
        request.query,
      );
    case 'POST tasks':
      return told(account.add(fromRest(request.body)));
    case 'GET tasks/{id}': {
      const found = account.find(task);
      return found && !found.is_deleted ? { status: 200, body: found } : missing();
    }
    case 'POST tasks/{id}':
      return told(account.update(task, fromRest(request.body)));
    case 'POST tasks/{id}/close':
      return done(account.close(task));
    case 'POST tasks/{id}/reopen':
      return done(account.reopen(task));
    case 'DELETE tasks/{id}':
      return done(account.remove(task));
    case 'GET projects':
      return page(account.projects, request.query);
    case 'GET sections':
      return page(account.sections, request.query);
    case 'GET labels':
      return page(account.labels, request.query);
    default:
      return null;
  }
}

function told(change: Change): RestAnswer {
  return change.ok ? { status: 200, body: change.task } : { status: change.refusal.http_code, body: change.refusal };
}

function done(change: Change): RestAnswer {
  return change.ok ? { status: 204, body: null } : told(change);
}

function missing(): RestAnswer {
  return { status: 404, body: refusal('NOT_FOUND', 'Not found', { http_code: 404, error_code: 478 }) };
}

function page(rows: readonly unknown[], query: URLSearchParams): RestAnswer {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  const from = Number(query.get('cursor') ?? 0);
  const wrong = (argument: string) => ({
    status: 400,
    body: refusal('INVALID_ARGUMENT_VALUE', 'Invalid argument value', { error_extra: { argument } }),
  });
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) return wrong('limit');
  if (!Number.isInteger(from) || from < 0) return wrong('cursor');
  const next_cursor = from + limit < rows.length ? String(from + limit) : null;
  return { status: 200, body: { results: rows.slice(from, from + limit), next_cursor } };
}

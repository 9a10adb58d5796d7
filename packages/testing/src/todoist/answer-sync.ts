import type { Change, TodoistAccount } from './create-todoist-account.ts';
import { fromCommand } from './read-task-fields.ts';
import { type FakeRefusal, refusal } from './todoist-records.ts';

/** A command of the Sync API. */
export interface SyncCommand {
  type: string;
  uuid: string;
  temp_id?: string;
  args: Record<string, unknown>;
}

/** What became of a command, kept so that it is done once. */
interface Done {
  status: 'ok' | FakeRefusal;
  mapping: Record<string, string>;
}

export interface SyncEndpoint {
  /** @param form the body of a call of `/api/v1/sync`. */
  answer(form: URLSearchParams): { status: number; body: Record<string, unknown> | FakeRefusal };
  /** Makes every token given so far unknown. */
  forgetTokens(): void;
  /** The next command of this type is refused. */
  refuseNext(type: string, refused: FakeRefusal): void;
  /** How a command that comes again is answered. */
  repeats: 'ok' | 'already-processed';
}

const MAX_COMMANDS = 100;
const ALREADY = refusal('ALREADY_PROCESSED', 'Sync item already processed. Ignored', { error_code: 37 });

/** Serves `/api/v1/sync`: reads by token, and commands that are done once for each uuid. */
export function createSyncEndpoint(account: TodoistAccount): SyncEndpoint {
  const done = new Map<string, Done>();
  const refusals: { type: string; refused: FakeRefusal }[] = [];
  let epoch = 1;

  function perform({ type, args }: SyncCommand, resolve: (id: string) => string): Change | { ok: true; id: string } {
    const id = resolve(String(args.id ?? ''));
    switch (type) {
      case 'item_add':
        return account.add(fromCommand(args, resolve));
      case 'item_update':
        return account.update(id, fromCommand(args, resolve));
      case 'item_close':
      case 'item_complete':
        return account.close(id);
      case 'item_uncomplete':
        return account.reopen(id);
      case 'item_delete':
        return account.remove(id);
      case 'project_add':
        return { ok: true, id: account.addGroup('projects', { name: String(args.name) }).id };
      case 'section_add': {
        const project_id = resolve(String(args.project_id));
        return { ok: true, id: account.addGroup('sections', { name: String(args.name), project_id }).id };
      }
      default:
        return { ok: false, refusal: refusal('INVALID_COMMAND', `Unknown command ${type}`, { error_code: 18 }) };
    }
  }

  function run(command: SyncCommand, mapping: Record<string, string>): Done {
    const known = done.get(command.uuid);
    if (known) return { mapping: known.mapping, status: endpoint.repeats === 'ok' ? known.status : ALREADY };
    const index = refusals.findIndex(({ type }) => type === command.type);
    const [refused] = index === -1 ? [] : refusals.splice(index, 1);
    if (refused) return { status: refused.refused, mapping: {} };
    const result = perform(command, (id) => mapping[id] ?? id);
    if (!result.ok) return { status: result.refusal, mapping: {} };
    const id = 'task' in result ? result.task.id : result.id;
    const fresh: Done = { status: 'ok', mapping: command.temp_id === undefined ? {} : { [command.temp_id]: id } };
    done.set(command.uuid, fresh);
    return fresh;
  }

  function read(form: URLSearchParams): Record<string, unknown> | FakeRefusal {
    const token = form.get('sync_token');
    const wanted = new Set(JSON.parse(form.get('resource_types') ?? '[]') as string[]);
    const has = (name: string) => wanted.has(name) || wanted.has('all');
    const since = token === '*' ? null : /^fake-(\d+)-(\d+)$/.exec(token ?? '');
    if (token !== '*' && (since === null || Number(since[1]) !== epoch))
      return refusal('SYNC_TOKEN_INVALID', 'Invalid sync token', { error_code: 34 });
    // A full sync gives what is active; what has gone comes with increments alone.
    const items = since
      ? account.changedSince(Number(since[2]))
      : account.tasks.filter(({ checked, is_deleted }) => !checked && !is_deleted);
    return {
      full_sync: since === null,
      sync_token: `fake-${epoch}-${account.revision}`,
      ...(has('items') ? { items } : {}),
      ...(has('projects') ? { projects: account.projects } : {}),
      ...(has('sections') ? { sections: account.sections } : {}),
      ...(has('labels') ? { labels: account.labels } : {}),
    };
  }

  const endpoint: SyncEndpoint = {
    repeats: 'ok',
    answer(form) {
      const commands = JSON.parse(form.get('commands') ?? '[]') as SyncCommand[];
      if (commands.length > MAX_COMMANDS)
        return { status: 400, body: refusal('MAX_COMMANDS', 'Too many commands in one request') };
      const sync_status: Record<string, Done['status']> = {};
      const mapping: Record<string, string> = {};
      for (const command of commands) {
        const outcome = run(command, mapping);
        sync_status[command.uuid] = outcome.status;
        Object.assign(mapping, outcome.mapping);
      }
      const written = { temp_id_mapping: mapping, ...(commands.length > 0 ? { sync_status } : {}) };
      if (!form.has('sync_token')) return { status: 200, body: written };
      const told = read(form);
      if ('error_tag' in told) return { status: 400, body: told };
      return { status: 200, body: { ...told, ...written } };
    },
    forgetTokens() {
      epoch += 1;
    },
    refuseNext: (type, refused) => void refusals.push({ type, refused }),
  };
  return endpoint;
}

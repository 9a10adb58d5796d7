import {
  createTestClock,
  createTestHarness,
  type FakeTodoist,
  startFakeTodoist,
  type TestClock,
  type TestHarness,
} from '@withmarfa/testing';
import { manifest, type TaskType, type TombstoneMapping, todoistHandlers } from '../../src/index.ts';

export interface Connection {
  todoist: FakeTodoist;
  harness: TestHarness;
  clock: TestClock;
  /** Runs the schedule, and fails the test when the run does. */
  sync(): Promise<{ items_created: number; items_updated: number }>;
  /** Lets everything that a person changed go out, and fails the test when something does not. */
  push(): Promise<void>;
  /** The bodies of calls that changed something in Todoist, oldest first. */
  writes(): string[];
  [Symbol.asyncDispose](): Promise<void>;
}

/** One connection to a fake Todoist, with one clock for all. */
export async function aConnection(
  options: { target_type?: TaskType; tombstoneMapping?: TombstoneMapping; token?: string } = {},
): Promise<Connection> {
  const clock = createTestClock();
  const todoist = await startFakeTodoist({ now: clock.now });
  const { target_type, tombstoneMapping, token = todoist.token } = options;
  const handlers = todoistHandlers({ now: clock.now, ...(tombstoneMapping ? { tombstoneMapping } : {}) });
  const harness = createTestHarness({
    manifest,
    handlers: handlers as Parameters<typeof createTestHarness>[0]['handlers'] & object,
    configuration: target_type ? { target_type } : {},
    clock,
    upstream: { url: todoist.url, token },
  });
  return {
    todoist,
    harness,
    clock,
    async sync() {
      const outcome = await harness.runSchedule();
      if (!outcome.result.ok) throw new Error(outcome.result.reason);
      return { items_created: outcome.items_created, items_updated: outcome.items_updated };
    },
    async push() {
      const failed = (await harness.drain()).filter(({ result }) => !result.ok);
      if (failed.length > 0) throw new Error(JSON.stringify(failed.map(({ result }) => result)));
    },
    writes: () =>
      todoist.calls
        .filter(({ method, path, body }) => method !== 'GET' && !(path === 'sync' && !body.includes('commands=')))
        .map(({ method, path, body }) => `${method} ${path}${path === 'sync' ? ' commands' : ` ${body}`}`.trim()),
    [Symbol.asyncDispose]: () => todoist.close(),
  };
}

/** The only task of the account; fails the test when there is another number. */
export function theTask({ todoist }: Connection) {
  const tasks = todoist.account.tasks.filter(({ is_deleted }) => !is_deleted);
  const [task] = tasks;
  if (!task || tasks.length !== 1) throw new Error(`${tasks.length} tasks`);
  return task;
}

/** The only item of the space; fails the test when there is another number. */
export function theItem({ harness }: Connection) {
  const { items } = harness;
  const [item] = items;
  if (!item || items.length !== 1) throw new Error(`${items.length} items`);
  return item;
}

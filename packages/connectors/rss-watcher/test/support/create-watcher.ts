import type { HandlerResult } from '@withmarfa/runtime-sdk';
import { type RunOutcome, type RunRequest, runHandler, systemClock } from '@withmarfa/runtime-sdk/host';
import { createEgressFetch, parseOutboundAllow } from '@withmarfa/runtime-sdk/local';
import '../../src/handlers.ts';
import { createFakeSpace, type FakeSpace } from './fake-space.ts';

export const CONNECTION = '0190a8b0-0000-7000-8000-00000000c001';
export const RUN = '0190a8b0-0000-7000-8000-00000000a001';

export interface Watcher {
  space: FakeSpace;
  cursors: Record<string, unknown>;
  logs: { level: string; message: string; fields: Record<string, unknown> }[];
  feedUrl: string;
  /** Runs the connector once, as a host does: cursor changes are kept when the run succeeds. */
  run(): Promise<RunOutcome>;
  poll(): Promise<HandlerResult>;
}

/**
 * One Connection of RSS Watcher in a space in memory, over the real SDK and the real egress guard.
 * @param allow `host:port` of the test's own servers, comma list.
 */
export function createWatcher(feedUrl: string, allow: string): Watcher {
  const egressFetch = createEgressFetch({ allow: parseOutboundAllow(allow) });
  const watcher: Watcher = {
    space: createFakeSpace(),
    cursors: {},
    logs: [],
    feedUrl,
    async run() {
      const outcome = await runHandler(aRunRequest({ feedUrl: watcher.feedUrl, cursors: watcher.cursors }), {
        fetch: watcher.space.fetch,
        egressFetch,
        log: (line) => watcher.logs.push(line),
        refreshCredential: () => Promise.reject(new Error('no refresh in this test')),
        clock: systemClock,
        random: () => 0,
      });
      if (outcome.result.ok) {
        Object.assign(watcher.cursors, outcome.cursor_set);
        for (const key of outcome.cursor_cleared) delete watcher.cursors[key];
      }
      return outcome;
    },
    poll: async () => (await watcher.run()).result,
  };
  return watcher;
}

export function aRunRequest(given: {
  feedUrl: string;
  cursors?: Record<string, unknown>;
  serverUrl?: string;
}): RunRequest {
  const now = Date.now();
  return {
    type: 'run',
    run_id: RUN,
    message: {
      kind: 'schedule',
      integration_name: 'withmarfa.rss-watcher',
      connection_id: CONNECTION,
      scheduled_for_ms: now,
    },
    configuration: { feed_url: given.feedUrl },
    cursors: given.cursors ?? {},
    credential: { api_key: 'test-key', expires_at_ms: now + 900_000 },
    server_url: given.serverUrl ?? 'http://space.test',
    deadline_ms: now + 120_000,
  };
}

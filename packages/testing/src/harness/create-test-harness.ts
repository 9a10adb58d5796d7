import { buildConnectionContext } from '@withmarfa/runtime-sdk';
import {
  type LogLine,
  type RunDependencies,
  type RunOutcome,
  type RunRequest,
  runHandler,
} from '@withmarfa/runtime-sdk/host';
import type { InboundAddress, QueueMessage, Registration } from '@withmarfa/shared';
import { createRunClock } from '../clock/create-run-clock.ts';
import { createTestClock } from '../clock/create-test-clock.ts';
import { createMarfaFetch, SERVER_URL } from '../space/create-marfa-fetch.ts';
import { createMemorySpace } from '../space/create-memory-space.ts';
import { aRuntime } from '../space/space-caller.ts';
import { createUpstreamProxy } from '../upstream/create-upstream-proxy.ts';
import { cycleOf } from './cycle-of.ts';
import { drainQueue } from './drain-queue.ts';
import { createEventQueue } from './event-queue.ts';
import { settle, subjectOf, type TestHarnessOptions } from './harness-options.ts';
import { liveCursor } from './live-cursor.ts';
import { lostAccount } from './lost-account.ts';
import { createMessages } from './messages.ts';
import { registerHandlers } from './register-handlers.ts';
import type { RunOptions, TestHarness } from './test-harness.ts';

const CONNECTION = '0190a8b0-0000-7000-8000-00000000c001';
const TENANT = '0190a8b0-0000-7000-8000-00000000e001';
const RUN_MS = 120_000;
const CREDENTIAL_MS = 900_000;
const NO_UPSTREAM = { url: 'https://no-upstream.invalid', token: 'no-token' };

/**
 * Installs a connector in a Marfa in memory. Nothing is started and nothing is to be closed: only `fetch` and calls to
 * the upstream leave the process.
 * @throws MarfaError `validation_error` for a manifest or settings that Marfa would refuse.
 */
export function createTestHarness(options: TestHarnessOptions): TestHarness {
  const subject = subjectOf(options);
  const { manifest, integrationName } = subject;
  const connectionId = options.connectionId ?? CONNECTION;
  const tenantId = options.tenantId ?? TENANT;
  const clock = options.clock ?? createTestClock(options.now);
  const nowMs = clock.now;
  const cursor: Record<string, unknown> = {};
  const logs: LogLine[] = [];
  let configuration = settle(manifest, options.configuration ?? {});
  let intercept: Parameters<TestHarness['intercept']>[0] = null;
  let disarmed: string | null = null;
  let registrations: readonly Registration[] = [];
  const keys = new Set<string>();

  const messages = createMessages({
    integration_name: integrationName,
    connection_id: connectionId,
    tenant_id: tenantId,
    nowMs,
  });
  const space = createMemorySpace({
    tenantId,
    nowMs,
    types: options.types ?? [],
    edgeTypes: options.edgeTypes ?? [],
    onEvent: (event) => queue.offer(event),
  });
  const queue = createEventQueue({ manifest, connectionId, isA: space.isA, toMessage: messages.fromSpace });
  const upstream = createUpstreamProxy(options.upstream ?? NO_UPSTREAM, {
    manifest,
    fetch: (input, init) => fetch(input, init),
    onLost: () => space.tellPerson({ connection_id: connectionId, ...lostAccount(integrationName, manifest) }),
  });
  const marfaFetch = createMarfaFetch({
    routes: space.routes,
    connectionId,
    authenticate: (bearer, request) =>
      keys.has(bearer)
        ? aRuntime({ source: integrationName, connectionId, manifest, cycle: cycleOf(request.headers, connectionId) })
        : null,
    proxy: upstream.forward,
    intercept: async (request) => intercept?.(request),
  });

  function credential() {
    const api_key = `runtime-key-${keys.size + 1}`;
    keys.add(api_key);
    return { api_key, expires_at_ms: clock.now() + CREDENTIAL_MS };
  }

  function requestOf(message: QueueMessage): RunRequest {
    return {
      type: 'run',
      run_id: space.newId(),
      message,
      configuration,
      cursors: structuredClone(cursor),
      credential: credential(),
      server_url: SERVER_URL,
      deadline_ms: clock.now() + RUN_MS,
      registrations,
    };
  }

  function dependencies(deadlineMs: number): RunDependencies {
    return {
      fetch: marfaFetch,
      egressFetch: options.fetch ?? refuseFetch,
      log: (line) => void logs.push(line),
      refreshCredential: async () => credential(),
      clock: createRunClock(clock, deadlineMs),
      random: () => 0,
    };
  }

  async function run(
    message: QueueMessage,
    { crashAtEnd = false, inbound = null }: RunOptions & { inbound?: InboundAddress | null } = {},
  ): Promise<RunOutcome> {
    const request = { ...requestOf(message), ...(inbound === null ? {} : { inbound }) };
    // The registry is read before this function gives way, so harnesses may run side by side.
    if (subject.handlers) registerHandlers(subject.handlers);
    const outcome = await runHandler(request, dependencies(request.deadline_ms));
    if (crashAtEnd) return { ...withoutRegistrations(outcome), ...CRASHED };
    registrations = outcome.registrations ?? registrations;
    if (!outcome.result.ok) return outcome;
    Object.assign(cursor, structuredClone(outcome.cursor_set));
    for (const key of outcome.cursor_cleared) delete cursor[key];
    disarmed = outcome.disarm_reason ?? (message.kind === 'manual' ? null : disarmed);
    return outcome;
  }

  return {
    connectionId,
    get ctx() {
      const { signal } = new AbortController();
      const request = requestOf(messages.manual());
      const { ctx } = buildConnectionContext(request, { signal, dependencies: dependencies(Number.POSITIVE_INFINITY) });
      return { ...ctx, cursor: liveCursor(cursor) };
    },
    runSchedule: (runOptions) => run(messages.schedule(), runOptions),
    runManual: (runOptions) => run(messages.manual(), runOptions),
    deliverWebhook: (delivery = {}) => run(messages.webhook(delivery), delivery),
    renew: (inbound, runOptions) => run(messages.renew(), { ...runOptions, inbound }),
    get registrations() {
      return registrations;
    },
    deliverItemEvent(item, eventType = 'updated', input = {}) {
      const id = typeof item === 'string' ? item : item.id;
      const present = space.person.getItem(id) ?? (typeof item === 'string' ? null : item);
      return run(messages.itemEvent({ id, item: present }, eventType, input), input);
    },
    drain: ({ crashFirst = false } = {}) => drainQueue(queue, { clock, run, crashFirst }),
    get items() {
      return space.items();
    },
    get edges() {
      return space.edges();
    },
    get activities() {
      return space.activities();
    },
    tagsOf: space.tagsOf,
    cursor,
    upstream,
    space: space.person,
    clock,
    logs,
    get disarmed() {
      return disarmed;
    },
    configure(settings) {
      configuration = settle(manifest, settings);
    },
    intercept(answer) {
      intercept = answer;
    },
  };
}

function withoutRegistrations({ registrations: _lost, ...outcome }: RunOutcome): RunOutcome {
  return outcome;
}

const CRASHED = {
  result: { ok: false, retry: true, reason: 'the process of the connector ended' },
  cursor_set: {},
  cursor_cleared: [],
} as const satisfies Partial<RunOutcome>;

async function refuseFetch(): Promise<never> {
  throw new TypeError('This harness reaches no outside world; give it a fetch.');
}

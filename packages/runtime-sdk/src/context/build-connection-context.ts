import { nextHopMetadata } from '@withmarfa/shared';
import { createCredentialKeeper } from '../client/create-credential-keeper.ts';
import { createMarfaCaller } from '../client/create-marfa-caller.ts';
import { createMarfaClient } from '../client/create-marfa-client.ts';
import { createProxyCaller } from '../client/create-proxy-caller.ts';
import type { RunOutcome, RunRequest } from '../host/protocol.ts';
import type { RunDependencies } from '../host/run-dependencies.ts';
import type { ConnectionContext } from './connection-context.ts';
import { createActivitySink } from './create-activity-sink.ts';
import { createConnectorLog } from './create-connector-log.ts';
import { createCursorStore } from './create-cursor-store.ts';

export interface BuiltContext {
  ctx: ConnectionContext;
  /** @returns what the run did so far, in the form of its outcome. */
  effects(): Omit<RunOutcome, 'result'>;
}

/**
 * Builds what one run's handler gets.
 * @param options.signal ends the run: once it has fired, every use of the context is refused with its reason.
 */
export function buildConnectionContext(
  request: Omit<RunRequest, 'type'>,
  options: { signal: AbortSignal; dependencies: Omit<RunDependencies, 'cancel'> },
): BuiltContext {
  const { signal, dependencies } = options;
  const { connection_id, integration_name, tenant_id } = request.message;
  const keeper = createCredentialKeeper({
    connection_id,
    credentials: { current: () => request.credential, refresh: dependencies.refreshCredential },
    clock: dependencies.clock,
  });
  const cycle = request.message.kind === 'item-event' ? Object.freeze({ ...request.message.cycle }) : null;
  const call = createMarfaCaller({
    ...dependencies,
    serverUrl: request.server_url,
    keeper,
    signal,
    cycle: nextHopMetadata(connection_id, cycle),
  });
  const proxy = createProxyCaller({ ...dependencies, connection_id, serverUrl: request.server_url, keeper, signal });
  const { client, counts } = createMarfaClient({ connection_id, call, proxy });
  const { cursor, changes } = createCursorStore(request.cursors, { signal });
  let disarmReason: string | undefined;

  const ctx: ConnectionContext = {
    connection_id,
    integration_name,
    ...(tenant_id === undefined ? {} : { tenant_id }),
    configuration: Object.freeze({ ...request.configuration }),
    marfa: client,
    cursor,
    registrations: Object.freeze([...(request.registrations ?? [])]),
    cycle,
    activity: createActivitySink({ connection_id, call }),
    log: createConnectorLog((line) => {
      if (!signal.aborted) dependencies.log(line);
    }),
    fetch: boundFetch(dependencies.egressFetch, signal),
    signal,
    disarm(reason) {
      signal.throwIfAborted();
      disarmReason = reason;
    },
  };

  return {
    ctx,
    effects: () => ({
      ...changes(),
      ...counts,
      ...(disarmReason === undefined ? {} : { disarm_reason: disarmReason }),
    }),
  };
}

/** A fetch that the run's end aborts, beside the caller's own signal. */
function boundFetch(egressFetch: typeof fetch, runSignal: AbortSignal): typeof fetch {
  return (input, init) => {
    const own = init?.signal ?? (input instanceof Request ? input.signal : undefined);
    return egressFetch(input, { ...init, signal: own ? AbortSignal.any([own, runSignal]) : runSignal });
  };
}

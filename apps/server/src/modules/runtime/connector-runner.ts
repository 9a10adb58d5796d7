import type { AttemptOutcome, Runner } from '@withmarfa/engine';
import { type InboundAddress, nextHopMetadata, type QueueMessage } from '@withmarfa/shared';
import type { Database } from '../../platform/database/database.ts';
import { NULL_SPACE_ID } from '../../platform/database/null-space.ts';
import type { Logger } from '../../platform/logger.ts';
import { type ProcessRunResult, startConnectorProcess } from './connector-process.ts';
import type { LoadedConnector } from './load-connectors.ts';
import { createProcessPool, type ProcessPool } from './process-pool.ts';
import type { RuntimeCredentials } from './runtime-credentials.ts';

/** How long a cancelled run may take to answer before its process is ended. */
const CANCEL_GRACE_MS = 2000;

export interface ConnectorRunnerDeps {
  database: Database;
  logger: Logger;
  connectors: readonly LoadedConnector[];
  credentials: RuntimeCredentials;
  /** What an upstream is to be told of in a renewal; never stored with its message. */
  inboundAddress: (connectionId: string) => Promise<InboundAddress | null>;
  /** Where connector processes reach this server. */
  serverUrl: () => string;
  workersPerIntegration: number;
  outboundAllow: () => readonly string[];
  /** The environment of connector processes. */
  environment: Readonly<Record<string, string>>;
}

export interface ConnectorRunner extends Runner {
  /** Whether exactly this version of an integration can be run here. */
  has(name: string, version: string): boolean;
  /** Whether a version has a renew hook; null when it cannot be run here. */
  renews(name: string, version: string): boolean | null;
  close(): void;
}

/** Runs handlers in connector processes; a pool per integration version, started when first needed. */
export function createConnectorRunner(deps: ConnectorRunnerDeps): ConnectorRunner {
  const { database, logger, connectors, credentials } = deps;
  const pools = new Map<string, ProcessPool>();
  const find = (name: string, version: string) =>
    connectors.find(({ manifest }) => manifest.name === name && manifest.version === version);

  function poolOf(connector: LoadedConnector): ProcessPool {
    const key = `${connector.manifest.name}@${connector.manifest.version}`;
    const known = pools.get(key);
    if (known) return known;
    const pool = createProcessPool(deps.workersPerIntegration, () =>
      startConnectorProcess({
        entry: connector.entry,
        name: key,
        environment: deps.environment,
        outboundAllow: deps.outboundAllow(),
        logger,
      }),
    );
    pools.set(key, pool);
    return pool;
  }

  async function versionOf(connectionId: string): Promise<string> {
    const row = await database.read
      .selectFrom('connections')
      .select('integration_version')
      .where('id', '=', connectionId)
      .executeTakeFirstOrThrow();
    return row.integration_version;
  }

  return {
    has: (name, version) => find(name, version) !== undefined,
    renews: (name, version) => find(name, version)?.renews ?? null,

    async run(claimed, connection, { signal, begin }) {
      const version = await versionOf(claimed.connectionId);
      const connector = find(connection.integrationName, version);
      if (!connector) return failure(true, `no runtime here has ${connection.integrationName} ${version}`);
      const { connectionId, message } = claimed;
      const cycle = nextHopMetadata(connectionId, message.kind === 'item-event' ? message.cycle : null);
      const mint = () => credentials.forRun(claimed.spaceId, connectionId, cycle);
      const credential = await mint();
      // Paused or ended a moment ago: what is to be kept goes back and is held, the rest is ended with the reason.
      if (!credential) return failure(true, 'the connection is not active any more');
      const inbound = message.kind === 'renew' ? await deps.inboundAddress(connectionId) : null;
      return poolOf(connector).use(async (process) => {
        if (signal.aborted) return failure(true, 'the run was cut short before it began');
        const deadlineMs = begin();
        const running = process.run(
          {
            type: 'run',
            run_id: claimed.id,
            message: forConnector(claimed.message),
            configuration: connection.configuration,
            cursors: connection.cursors,
            credential,
            server_url: deps.serverUrl(),
            deadline_ms: deadlineMs,
            registrations: connection.registrations,
            ...(inbound === null ? {} : { inbound }),
          },
          { signal, refreshCredential: mint },
        );
        const stopWatching = endWhenStuck(process, signal, deadlineMs);
        try {
          return toOutcome(await running);
        } finally {
          stopWatching();
        }
      });
    },

    close() {
      for (const pool of pools.values()) pool.close();
      pools.clear();
    },
  };
}

/** A server's own space has no tenant id on the wire. */
function forConnector(message: QueueMessage): QueueMessage {
  if (message.tenant_id !== NULL_SPACE_ID) return message;
  const { tenant_id: _none, ...rest } = message;
  return rest;
}

/** A process that answers neither its deadline nor a cancellation is ended: it spins, and only that frees the worker. */
function endWhenStuck(process: { kill(): void }, signal: AbortSignal, deadlineMs: number): () => void {
  const timers = [setTimeout(() => process.kill(), Math.max(0, deadlineMs - Date.now()) + CANCEL_GRACE_MS)];
  const onAbort = () => timers.push(setTimeout(() => process.kill(), CANCEL_GRACE_MS));
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  return () => {
    signal.removeEventListener('abort', onAbort);
    for (const timer of timers) clearTimeout(timer);
  };
}

function toOutcome(result: ProcessRunResult): AttemptOutcome {
  if (result.ended === 'crash') return failure(true, result.reason);
  const { outcome } = result;
  return {
    result: outcome.result,
    cursorSet: outcome.cursor_set,
    cursorCleared: outcome.cursor_cleared,
    itemsCreated: outcome.items_created,
    itemsUpdated: outcome.items_updated,
    ...(outcome.disarm_reason === undefined ? {} : { disarmReason: outcome.disarm_reason }),
    ...(outcome.registrations === undefined ? {} : { registrations: outcome.registrations }),
  };
}

function failure(retry: boolean, reason: string): AttemptOutcome {
  return { result: { ok: false, retry, reason }, cursorSet: {}, cursorCleared: [], itemsCreated: 0, itemsUpdated: 0 };
}

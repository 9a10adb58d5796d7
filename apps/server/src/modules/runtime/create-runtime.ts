import { type AppendResult, type Clock, createDispatcher, type NewMessage } from '@withmarfa/engine';
import { type InboundAddress, MarfaError } from '@withmarfa/shared';
import pLimit, { type LimitFunction } from 'p-limit';
import { afterCommit } from '../../platform/database/after-commit.ts';
import { appendMessage } from '../../platform/mailbox/append-message.ts';
import { createSqlConnections } from '../../platform/mailbox/sql-connections.ts';
import { createSqlLeases } from '../../platform/mailbox/sql-leases.ts';
import { createSqlMailbox } from '../../platform/mailbox/sql-mailbox.ts';
import { createSqlRenewals } from '../../platform/mailbox/sql-renewals.ts';
import { createSqlSchedules } from '../../platform/mailbox/sql-schedules.ts';
import type { Platform } from '../../platform/platform.ts';
import { type ConnectionsService, isTriggerGranted } from '../connections/index.ts';
import type { RunStarter } from '../runs/index.ts';
import { createConnectorRunner } from './connector-runner.ts';
import type { LoadedConnector } from './load-connectors.ts';
import type { RuntimeCredentials } from './runtime-credentials.ts';

/** Drains that may wait to be let in; each is a promise and nothing more. */
const MAX_CONCURRENT_DRAINS = 10_000;
/** Drains let in for each process of an integration: while one runs, the others claim and settle. */
const DRAINS_PER_WORKER = 4;
/** How long a stop waits for runs under way. */
const STOP_GRACE_MS = 10_000;

export interface RuntimeDeps {
  platform: Platform;
  connections: ConnectionsService;
  credentials: RuntimeCredentials;
  connectors: readonly LoadedConnector[];
  inboundAddress: (connectionId: string) => Promise<InboundAddress | null>;
  serverUrl: () => string;
  settings: {
    workersPerIntegration: number;
    runTimeoutSeconds: number;
    outboundAllow: () => readonly string[];
    environment: Readonly<Record<string, string>>;
  };
  clock: Clock;
}

export interface Runtime {
  starter: RunStarter;
  /** Tells that a Connection has mail. Losing the call loses no message, only time. */
  ring(connectionId: string): void;
  /** Whether a version of an integration has a renew hook; null when it cannot be run here. */
  renews(name: string, version: string): boolean | null;
  start(): Promise<void>;
  /** Lets runs under way finish for a while; what does not finish is taken up again by the next start. */
  stop(): Promise<void>;
}

/** Drains mailboxes and fires schedules in this process, and runs handlers in processes of their own. */
export function createRuntime({
  platform,
  connections,
  credentials,
  connectors,
  inboundAddress,
  serverUrl,
  settings,
  clock,
}: RuntimeDeps): Runtime {
  const { database, logger, newId } = platform;
  // Drains go on when whoever rang the bell has long been answered.
  const { apart } = database;
  const limiters = new Map<string, LimitFunction>();
  const runner = createConnectorRunner({
    database,
    logger,
    connectors,
    credentials,
    inboundAddress,
    serverUrl,
    workersPerIntegration: settings.workersPerIntegration,
    outboundAllow: settings.outboundAllow,
    environment: settings.environment,
  });
  const dispatcher = createDispatcher({
    ports: {
      mailbox: { ...createSqlMailbox(apart, { newId }), append: appendAndRing },
      leases: createSqlLeases(apart),
      schedules: createSqlSchedules(apart),
      renewals: createSqlRenewals(apart),
      connections: createSqlConnections(apart),
      runner,
    },
    clock,
    newId,
    random: Math.random,
    holder: newId(),
    maxConcurrentDrains: MAX_CONCURRENT_DRAINS,
    admit: async (connectionId, drain) => limiterOf(await integrationOf(connectionId))(drain),
    runTimeoutMs: settings.runTimeoutSeconds * 1000,
    onFault: (error, where) => logger.error({ error, ...where }, 'the engine met a fault of the store; it tries again'),
  });

  /** Takes part in a transaction around the caller; the bell then rings when the message can be seen. */
  function appendAndRing(message: NewMessage): Promise<AppendResult> {
    return database.write(async (transaction) => {
      const result = await appendMessage(transaction, message);
      if (result.accepted) afterCommit(transaction, () => dispatcher.ring(message.connectionId));
      return result;
    });
  }

  return {
    ring: (connectionId) => dispatcher.ring(connectionId),
    renews: runner.renews,

    async start() {
      await endLeasesOfTheDead();
      dispatcher.start();
    },

    async stop() {
      await dispatcher.stop({ graceMs: STOP_GRACE_MS });
      runner.close();
    },

    starter: {
      async start(caller, connectionId) {
        const connection = await connections.require(database.read, caller.spaceId, connectionId);
        const { active, runtime_status, integration_name, integration_version } = connection;
        if (active === 0) throw new MarfaError('validation_error', 'This connection has been uninstalled.');
        if (runtime_status === 'paused')
          throw new MarfaError('validation_error', 'This connection is paused; resume it first.');
        if (!isTriggerGranted(connection, 'manual')) {
          throw new MarfaError('validation_error', `${integration_name} has no manual trigger on this connection.`);
        }
        if (!runner.has(integration_name, integration_version)) {
          throw new MarfaError(
            'runtime_not_available',
            `No runtime on this server has ${integration_name} ${integration_version}.`,
          );
        }
        const { runId } = await dispatcher.enqueueManual({
          spaceId: caller.spaceId,
          connectionId,
          integrationName: integration_name,
          requestedBy: caller.keyId,
        });
        return { runId, integrationName: integration_name };
      },
    },
  };

  function limiterOf(integrationId: string): LimitFunction {
    const known = limiters.get(integrationId);
    if (known) return known;
    const limiter = pLimit(settings.workersPerIntegration * DRAINS_PER_WORKER);
    limiters.set(integrationId, limiter);
    return limiter;
  }

  async function integrationOf(connectionId: string): Promise<string> {
    const row = await apart.read
      .selectFrom('connections')
      .select('integration_id')
      .where('id', '=', connectionId)
      .executeTakeFirst();
    return row?.integration_id ?? 'none';
  }

  async function endLeasesOfTheDead(): Promise<void> {
    // One process owns a SQLite file, so whoever held a lease is gone. On Postgres it may live; its leases run out.
    if (database.dialect !== 'sqlite') return;
    await database.write((transaction) =>
      transaction.updateTable('connection_leases').set({ holder: '', expires_at_ms: 0 }).execute(),
    );
  }
}

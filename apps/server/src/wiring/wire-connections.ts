import type { Environment } from '../env.ts';
import type { Mount } from '../http/mount-endpoint.ts';
import type { ActivityService } from '../modules/activity/index.ts';
import type { AuditService } from '../modules/audit/index.ts';
import {
  createConnectionsService,
  createInstaller,
  createLifecycle,
  createRenewalWishes,
  createUpgrader,
  mountConnectionRoutes,
} from '../modules/connections/index.ts';
import { createCredentialsService, mountCredentialRoutes } from '../modules/credentials/index.ts';
import { createDeadLettersService, createReplayer, mountDeadLetterRoutes } from '../modules/dead-letters/index.ts';
import {
  createInbound,
  createInboundAddress,
  createInboundWebhooksService,
} from '../modules/inbound-webhooks/index.ts';
import { createIntegrationsService, mountIntegrationRoutes } from '../modules/integrations/index.ts';
import { createItemEventRouter } from '../modules/item-events/index.ts';
import type { KeysService } from '../modules/keys/index.ts';
import { createDatabaseBoard, createRedisBoard, createUpstreamProxy } from '../modules/proxy/index.ts';
import { createRunsService, mountRunRoutes } from '../modules/runs/index.ts';
import {
  createRuntime,
  createRuntimeCredentials,
  loadConnectors,
  mountBrokerRoutes,
  mountRuntimeRoutes,
} from '../modules/runtime/index.ts';
import type { TypesService } from '../modules/types/index.ts';
import { createUpstreamOAuth, mountUpstreamOAuthRoutes } from '../modules/upstream-oauth/index.ts';
import type { EventLog } from '../platform/event-log/open-event-log.ts';
import type { Outbound } from '../platform/outbound-fetch.ts';
import type { Platform } from '../platform/platform.ts';
import { createRedirectAllowlist } from '../platform/redirect-allowlist.ts';
import type { RedisConnection } from '../platform/redis.ts';
import type { SecretBox } from '../platform/secret-box.ts';
import { systemClock } from '../platform/system-clock.ts';

export interface ConnectionParts {
  environment: Environment;
  workingFolder: string;
  platform: Platform;
  eventLog: EventLog;
  keys: KeysService;
  types: TypesService;
  activity: ActivityService;
  audit: AuditService;
  box: SecretBox;
  outbound: Outbound;
  redis: RedisConnection | null;
  localUrl: () => string;
  publicUrl: () => string;
}

/** Puts together everything that integrations are installed into and run by. */
export async function wireConnections(parts: ConnectionParts) {
  const { environment, workingFolder, platform, keys, types, activity, audit, box, outbound, redis } = parts;
  const { localUrl, publicUrl } = parts;
  const { database, logger } = platform;
  const integrations = createIntegrationsService(platform);
  const ring = (connectionId: string) => runtime.ring(connectionId);
  const renewals = createRenewalWishes({
    platform,
    renews: (name, version) => runtime.renews(name, version),
    ring,
  });
  const connections = createConnectionsService({ platform, keys, activity, audit, renewals, ring });
  const inboundWebhooks = createInboundWebhooksService({
    platform,
    connections,
    integrations,
    audit,
    box,
    renewals,
    publicUrl,
  });
  const mayBePlain = (url: URL) => !environment.production || outbound.policy.isAllowed(url);
  const upstreamCredentials = createCredentialsService({ platform, audit, box, mayBePlain });
  const installer = createInstaller({
    platform,
    connections,
    renewals,
    types,
    integrations,
    credentials: upstreamCredentials,
    inboundWebhooks,
    activity,
    audit,
  });
  const lifecycle = createLifecycle({
    platform,
    connections,
    credentials: upstreamCredentials,
    integrations,
    keys,
    activity,
    audit,
    renewals,
    ring,
  });
  const upgrader = createUpgrader({
    platform,
    connections,
    integrations,
    types,
    keys,
    activity,
    audit,
    inboundWebhooks,
    renewals,
  });
  const upstream = createUpstreamOAuth({
    platform,
    box,
    connections,
    credentials: upstreamCredentials,
    activity,
    audit,
    allowlist: createRedirectAllowlist(environment.oauthRedirects, { allowLoopback: !environment.production }),
    publicUrl,
    fetch: outbound.fetch,
  });
  const proxy = createUpstreamProxy({
    platform,
    connections,
    integrations,
    audit,
    access: upstream.access,
    outbound,
    board: database.isSoleWriter ? null : redis === null ? createDatabaseBoard(platform) : createRedisBoard(redis),
    clock: systemClock,
    mayBePlain: !environment.production,
    ...environment.proxy,
  });
  const runs = createRunsService(platform);
  const credentials = createRuntimeCredentials({
    database,
    keys,
    connections,
    ttlSeconds: environment.runtimeCredentialTtlSeconds,
  });

  const { connectors, faults } = await loadConnectors(environment.connectors, {
    workingFolder,
    environment: environment.connectorEnvironment,
    logger,
  });
  for (const fault of faults) logger.error(fault);
  for (const { manifest } of connectors) {
    const same = await database.write((transaction) => integrations.ensure(transaction, manifest));
    if (!same)
      logger.error(
        `${manifest.name} ${manifest.version} is registered with another manifest; a registered version never changes. Raise its version.`,
      );
  }

  const runtime = createRuntime({
    platform,
    connections,
    credentials,
    connectors,
    inboundAddress: createInboundAddress({ database, box, now: platform.now, publicUrl }),
    serverUrl: localUrl,
    clock: systemClock,
    settings: {
      workersPerIntegration: environment.runtimeWorkers,
      runTimeoutSeconds: environment.runTimeoutSeconds,
      environment: environment.connectorEnvironment,
      // The server's own address is let through: that is where the bundled sample feed lies.
      outboundAllow: () => [...environment.outboundAllow, new URL(localUrl()).host],
    },
  });

  const itemEvents = createItemEventRouter({
    platform,
    log: parts.eventLog,
    commits: database.commits,
    types,
    activity,
    ring: runtime.ring,
    hopBudget: environment.hopBudget,
  });

  const replayer = createReplayer(platform, ring);
  const deadLetters = createDeadLettersService({ platform, connections, audit, replayer });
  const inbound = createInbound({
    platform,
    connections,
    webhooks: inboundWebhooks,
    activity,
    audit,
    box,
    replayer,
    ring,
    ...environment.inbound,
  });

  return {
    forPages: {
      integrations,
      installer,
      connections,
      lifecycle,
      upgrader,
      credentials: upstreamCredentials,
      bootstrap: upstream.bootstrap,
      inboundWebhooks,
      deadLetters,
      runs,
      starter: runtime.starter,
      renews: runtime.renews,
    },
    mount(mount: Mount): void {
      const ttlSeconds = environment.runtimeCredentialTtlSeconds;
      const identitySecret = environment.workerIdentitySecret;
      mountIntegrationRoutes(mount, database, integrations, audit);
      mountCredentialRoutes(mount, {
        database,
        credentials: upstreamCredentials,
        onRenewed: lifecycle.credentialRenewed,
      });
      mountConnectionRoutes(mount, { database, connections, installer, lifecycle, upgrader });
      mountUpstreamOAuthRoutes(mount, upstream.bootstrap);
      proxy.mount(mount);
      inbound.mount(mount);
      mountDeadLetterRoutes(mount, { database, connections, deadLetters });
      mountRunRoutes(mount, { database, connections, runs, starter: runtime.starter });
      mountBrokerRoutes(mount, { database, credentials, audit, logger, identitySecret, ttlSeconds });
      mountRuntimeRoutes(mount, { database, credentials, audit, ttlSeconds });
    },
    retention: [runs.prune, inbound.prune, upstream.prune, proxy.prune],
    async start(): Promise<void> {
      // One process owns a SQLite file; on Postgres the holder may live, and its lease runs out.
      if (database.dialect === 'sqlite') await upstream.releaseLeases();
      await renewals.catchUp(publicUrl());
      await runtime.start();
      itemEvents.start();
    },
    async stopRuns(): Promise<void> {
      await itemEvents.stop();
      await runtime.stop();
    },
    stop: () => proxy.stop(),
  };
}

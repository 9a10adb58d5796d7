import { randomBytes } from 'node:crypto';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { MarfaError, mintToken, TOKEN_PREFIXES } from '@withmarfa/shared';
import { createApp } from './app.ts';
import type { Environment } from './env.ts';
import { bearerAuthentication } from './http/bearer-authentication.ts';
import { createGuesses } from './http/guesses.ts';
import { createIdempotency } from './http/idempotency.ts';
import { createRateLimits } from './http/rate-limits.ts';
import { createActivityService } from './modules/activity/index.ts';
import { createAuditService, mountAuditRoutes } from './modules/audit/index.ts';
import { createAccounts, createAuthLibrary, identityClaims, mountAuthRoutes } from './modules/auth/index.ts';
import { createBlobsService, mountBlobRoutes } from './modules/blobs/index.ts';
import { createEdgesService, mountEdgeRoutes } from './modules/edges/index.ts';
import { createEventStreams, mountEventRoutes } from './modules/events/index.ts';
import { createItemsService, createTrashPurge, createVersionThinning, mountItemRoutes } from './modules/items/index.ts';
import { createKeysService, mountKeyRoutes, mountTenantRoutes } from './modules/keys/index.ts';
import {
  bearerChallenge,
  createIssuerOf,
  createOAuth,
  mountClientRoutes,
  mountGrantRoutes,
  mountOAuth,
} from './modules/oauth/index.ts';
import { createPages } from './modules/pages/index.ts';
import { createSpacesService } from './modules/spaces/index.ts';
import { createSpaceConfig, createTypesService, mountTypeRoutes } from './modules/types/index.ts';
import { createWebhooksService, createWebhookWorker, mountWebhookRoutes } from './modules/webhooks/index.ts';
import { readAuthKeys } from './platform/auth-keys.ts';
import { createFolderBlobStore } from './platform/blob-store.ts';
import { limiterFactory } from './platform/create-limiter.ts';
import { type DataFolder, openDataFolder } from './platform/data-folder.ts';
import { isOwnSchema } from './platform/database/migrate.ts';
import { openDatabase } from './platform/database/open-database.ts';
import { createEventTail } from './platform/event-log/create-event-tail.ts';
import { openEventLog } from './platform/event-log/open-event-log.ts';
import { newId } from './platform/ids.ts';
import type { Logger } from './platform/logger.ts';
import { createMailer } from './platform/mailer.ts';
import { createOutbound } from './platform/outbound-fetch.ts';
import type { Platform } from './platform/platform.ts';
import { createReadiness } from './platform/readiness.ts';
import { openRedis } from './platform/redis.ts';
import { createRemembered } from './platform/remembered.ts';
import { createRetention } from './platform/retention.ts';
import { Secret } from './platform/secret.ts';
import { createSecretBox } from './platform/secret-box.ts';
import { systemClock } from './platform/system-clock.ts';
import { createTokenHash } from './platform/token-hash.ts';
import { wireConnections } from './wiring/wire-connections.ts';

/** Keys in use at the same time; a key that is not remembered costs one query. */
const MAX_ACTING_KEYS = 10_000;

/** The whole server, put together and not yet listening. */
export interface MarfaServer {
  listener: RequestListener;
  /** Starts what works in the background, once the server listens and knows its own address. */
  start(server: Server): Promise<void>;
  /** The one-time link for making the owner, or null when there is one. */
  setupLink(): Promise<string | null>;
  /** Where people reach the server. */
  publicUrl(): string;
  /** Ends the work in the background; connectors under way still need the API for a while. */
  stopRuns(): Promise<void>;
  /** Lets go of the storage; nothing may use the server any more. */
  stop(): Promise<void>;
}

/**
 * Puts the platform and the modules together, in rank order: each is given what stands below it.
 * @throws MarfaError `storage_unavailable` saying what to do.
 */
export async function wire(environment: Environment, logger: Logger, workingFolder: string): Promise<MarfaServer> {
  const dataFolder = openDataFolderOf(environment);
  try {
    return await wireOver(environment, logger, workingFolder, dataFolder);
  } catch (error) {
    dataFolder.release();
    throw error;
  }
}

async function wireOver(
  environment: Environment,
  logger: Logger,
  workingFolder: string,
  dataFolder: DataFolder,
): Promise<MarfaServer> {
  const redis = environment.redisUrl === undefined ? null : openRedis(environment.redisUrl, logger);
  const createLimiter = limiterFactory(redis);
  const database = await openDatabase(environment.database, logger);
  const { commits } = database;
  const platform: Platform = {
    database,
    logger,
    now: () => new Date(),
    newId,
    randomBytes,
    actingKeys: createRemembered(database, MAX_ACTING_KEYS),
    apiKeySalt: environment.apiKeySalt ? Secret.of(environment.apiKeySalt) : dataFolder.secret('api-key-salt'),
    authKeys: readAuthKeys(environment.authSecret ?? dataFolder.secret('auth-secret').reveal()),
  };
  const eventLog = await openEventLog(platform);
  const eventTail = createEventTail({ log: eventLog, commits, logger, othersWrite: !database.isSoleWriter });
  let listening: AddressInfo | null = null;
  const localUrl = () => {
    if (!listening) throw new MarfaError('internal_error', 'The server does not listen yet.');
    const host = ['0.0.0.0', '::'].includes(listening.address) ? '127.0.0.1' : listening.address;
    return `http://${host.includes(':') ? `[${host}]` : host}:${listening.port}`;
  };
  const publicUrl = () => environment.baseUrl ?? localUrl().replace('127.0.0.1', 'localhost');

  const spaces = createSpacesService(platform);
  const audit = createAuditService(platform);
  const keys = createKeysService(platform);
  const blobStore = createFolderBlobStore(environment.blobs.folder, platform);
  const blobs = createBlobsService(platform, {
    store: blobStore,
    audit,
    maxBytes: environment.blobs.maxBytes,
  });
  const types = createTypesService(platform);
  const spaceConfig = createSpaceConfig(platform, audit);
  const edges = createEdgesService(platform, types, audit);
  const items = createItemsService(platform, types, edges);
  const activity = createActivityService(platform);
  const box = createSecretBox(platform.authKeys);
  const outbound = createOutbound(environment.outboundAllow);
  const webhooks = createWebhooksService({
    platform,
    audit,
    log: eventLog,
    box,
    policy: outbound.policy,
    mayBePlain: !environment.production,
  });
  const webhookWorker = createWebhookWorker({ platform, log: eventLog, types, box, fetch: outbound.fetch, commits });
  const secure = environment.baseUrl?.startsWith('https:') ?? false;
  const claims = async (userId: string, scopes: readonly string[]) => {
    const person = await accounts.findPerson(userId);
    return person ? identityClaims(person, scopes) : {};
  };
  const library = await createAuthLibrary({
    database,
    authKeys: platform.authKeys,
    baseUrl: environment.baseUrl ?? `http://localhost:${environment.port}`,
    secure,
    mustVerifyEmail: environment.accounts.mustVerifyEmail,
    randomBytes,
    hashToken: createTokenHash(platform.apiKeySalt),
    mintToken: (kind) => mintToken(kind, randomBytes),
    claims,
  });
  const oauth = createOAuth({
    platform,
    audit,
    library: library.oauth,
    issuerOf: createIssuerOf(environment.baseUrl, publicUrl),
    claims,
    signUp: environment.accounts.signUp,
  });
  const eventStreams = createEventStreams({
    log: eventLog,
    tail: eventTail,
    types,
    reauthenticate: (caller) =>
      caller.tokenHash === undefined
        ? keys.callerOfKey(caller.keyId, caller.clientIp)
        : oauth.tokens.reauthenticate(caller),
    clock: systemClock,
    logger,
    maxStreams: environment.maxSubscriptionListeners,
  });
  const connected = await wireConnections({
    environment,
    workingFolder,
    platform,
    eventLog,
    keys,
    types,
    activity,
    audit,
    box,
    outbound,
    redis,
    localUrl,
    publicUrl,
  });
  const accounts = createAccounts({
    platform,
    keys,
    spaces,
    audit,
    mailer: createMailer(environment.accounts.mail, (text) => process.stdout.write(text)),
    createLimiter,
    library,
    publicUrl,
    signUp: environment.accounts.signUp,
    mustVerifyEmail: environment.accounts.mustVerifyEmail,
  });
  const authenticate = bearerAuthentication((token, clientIp) =>
    token.startsWith(TOKEN_PREFIXES.accessToken)
      ? oauth.tokens.authenticate(token, clientIp)
      : keys.authenticate(token, clientIp),
  );
  const pages = createPages({
    platform,
    accounts,
    audit,
    ...connected.forPages,
    authenticate,
    activity,
    types,
    keys,
    oauth,
    userCodeGuesses: createGuesses(createLimiter, 'user-code'),
    localUrl,
    secure,
    baseUrl: environment.baseUrl,
  });

  let runsWork = false;
  const readiness = createReadiness({
    nowMs: () => Date.now(),
    checks: {
      database: () =>
        database.apart.read
          .selectFrom('settings')
          .select('key')
          .limit(1)
          .execute()
          .then(() => 'ok' as const),
      migrations: async () => ((await isOwnSchema(database)) ? 'ok' : 'failed'),
      runtime: () => (runsWork ? 'ok' : 'failed'),
      ...(redis === null ? {} : { redis: () => (redis.isReady() ? 'ok' : 'degraded') }),
    },
  });
  const idempotency = createIdempotency({
    database,
    secretBox: box,
    now: platform.now,
  });
  const listener = createApp({
    platform,
    authenticate,
    challenge: (request) => bearerChallenge(request, oauth.issuerOf(request.headers)),
    mountProtocol: (mount) => mountOAuth(mount, oauth.endpoints, accounts),
    mountApi(mount) {
      mountKeyRoutes(mount, database, keys, audit);
      mountAuthRoutes(mount, { accounts, spaces });
      mountGrantRoutes(mount, { database, accounts, ...oauth });
      mountClientRoutes(mount, { platform, spaces, audit, ...oauth });
      mountTenantRoutes(mount, { database, spaces, keys, audit });
      mountTypeRoutes(mount, { platform, types, spaceConfig, audit });
      mountBlobRoutes(mount, { blobs, maxBytes: environment.blobs.maxBytes, publicUrl });
      mountEdgeRoutes(mount, { database, types, edges });
      mountEventRoutes(mount, eventStreams);
      mountWebhookRoutes(mount, database, webhooks);
      mountItemRoutes(mount, { platform, types, items, edges, audit });
      mountAuditRoutes(mount, audit);
      connected.mount(mount);
    },
    pages,
    idempotency,
    readiness,
    rateLimits: environment.rateLimit && createRateLimits({ ...environment.rateLimit, createLimiter }),
    settings: environment,
  });

  const retention = createRetention({
    logger,
    tasks: [
      async () => audit.prune(environment.auditRetentionDays, await spaceConfig.retentionDays('audit_retention_days')),
      webhooks.prune,
      ...(environment.eventLogRetentionHours > 0 ? [() => eventLog.prune(environment.eventLogRetentionHours)] : []),
      idempotency.prune,
      oauth.prune,
      ...connected.retention,
      blobStore.prune,
      createTrashPurge({ platform, edges, audit, spaceConfig, days: environment.trashRetentionDays }),
      createVersionThinning(platform, environment.versions),
    ],
  });

  return {
    listener,
    publicUrl,
    setupLink: accounts.setupLink,
    async start(server) {
      listening = server.address() as AddressInfo;
      await connected.start();
      webhookWorker.start();
      runsWork = true;
      retention.start();
    },
    async stopRuns() {
      runsWork = false;
      retention.stop();
      // A stream never ends by itself, and its client comes back with the last id it has seen.
      eventStreams.stop();
      await connected.stopRuns();
      await webhookWorker.stop();
      await accounts.settle();
    },
    async stop() {
      await connected.stop();
      redis?.close();
      eventTail.stop();
      await database.close();
      dataFolder.release();
    },
  };
}

/** On Postgres with both secrets given, nothing is kept on this machine and no folder is taken. */
function openDataFolderOf(environment: Environment): DataFolder {
  if (environment.database.dialect === 'postgres' && environment.apiKeySalt && environment.authSecret) {
    const unused = () => {
      throw new MarfaError('internal_error', 'There is no data folder in this profile.');
    };
    return { path: environment.dataFolder, secret: unused, release: () => undefined };
  }
  return openDataFolder(environment.dataFolder);
}

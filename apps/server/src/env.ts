import { isAbsolute, join, resolve } from 'node:path';
import { parseOutboundAllow } from '@withmarfa/runtime-sdk/host';
import {
  DEFAULT_MAX_BLOB_BYTES,
  HOP_BUDGET,
  type Issue,
  MarfaError,
  PROXY_BYTES,
  RUNTIME_CREDENTIAL_TTL,
} from '@withmarfa/shared';
import proxyAddress from 'proxy-addr';
import { z } from 'zod';
import { ACCOUNT_VARIABLES, type AccountSettings, accountFaults, readAccountSettings } from './account-settings.ts';
import { authSecretFault } from './platform/auth-keys.ts';
import { normalizeRedirect } from './platform/redirect-allowlist.ts';

const wholeNumber = (low: number, high: number, fallback: number) =>
  z.coerce
    .number(`expected a whole number from ${low} to ${high}`)
    .int(`expected a whole number from ${low} to ${high}`)
    .min(low, `expected ${low} or more`)
    .max(high, `expected ${high} or less`)
    .default(fallback);

const commaList = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((entry) => entry.trim())
      .filter((entry) => entry !== ''),
  );

const yesOrNo = (fallback: boolean) =>
  z
    .enum(['true', 'false', '1', '0'], 'expected true or false')
    .default(fallback ? 'true' : 'false')
    .transform((text) => text === 'true' || text === '1');

/** 100 GB: a limit for those who want none. */
const MOST_PROXY_BYTES = 100 * 1024 ** 3;

/** 25 MiB, the largest that GitHub sends. */
const MOST_INBOUND_BYTES = 25 * 1024 ** 2;

const EnvironmentSchema = z.object({
  NODE_ENV: z
    .enum(['development', 'production', 'test'], 'expected development, production or test')
    .default('development'),
  PORT: wholeNumber(0, 65_535, 8600),
  HOST: z.string().min(1, 'expected an address to listen on').default('127.0.0.1'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\/\S+$/, 'expected postgres://user:password@host:port/database')
    .optional(),
  DB_DIALECT: z.enum(['sqlite', 'postgres'], 'expected sqlite or postgres').optional(),
  SQLITE_PATH: z.string().min(1, 'expected a file path').optional(),
  MARFA_DATA_DIR: z.string().min(1, 'expected a folder').default('.marfa'),
  API_KEY_SALT: z.string().optional(),
  MARFA_AUTH_SECRET: z.string().optional(),
  MARFA_AUTH_BASE_URL: z.url({ protocol: /^https?$/, message: 'expected an http or https address' }).optional(),
  ...ACCOUNT_VARIABLES,
  MARFA_OAUTH_REDIRECT_ALLOWLIST: commaList.refine(
    (addresses) => addresses.every((address) => normalizeRedirect(address) !== null),
    'expected addresses without query and fragment, comma-separated, such as https://marfa.example.org/oauth/callback/google',
  ),
  MARFA_CONNECTORS: commaList,
  MARFA_OUTBOUND_ALLOW: commaList,
  MARFA_RUNTIME_CREDENTIAL_TTL_SECONDS: wholeNumber(
    RUNTIME_CREDENTIAL_TTL.min,
    RUNTIME_CREDENTIAL_TTL.max,
    RUNTIME_CREDENTIAL_TTL.default,
  ),
  MARFA_WORKER_IDENTITY_SECRET: z.string().min(32, 'expected 32 random characters or more').optional(),
  MARFA_PROXY_MAX_REQUEST_BYTES: wholeNumber(1, MOST_PROXY_BYTES, PROXY_BYTES.request),
  MARFA_PROXY_MAX_RESPONSE_BYTES: wholeNumber(1, MOST_PROXY_BYTES, PROXY_BYTES.response),
  MARFA_INBOUND_MAX_BYTES: wholeNumber(1, MOST_INBOUND_BYTES, 5 * 1024 ** 2),
  MARFA_INBOUND_REQUIRE_TIMESTAMP: yesOrNo(false),
  MARFA_RUNTIME_WORKERS: wholeNumber(1, 64, 2),
  MARFA_RUN_TIMEOUT_SECONDS: wholeNumber(1, 3600, 120),
  MARFA_DEFAULT_HOP_BUDGET: wholeNumber(HOP_BUDGET.min, HOP_BUDGET.max, HOP_BUDGET.default),
  TRUSTED_PROXY_CIDRS: commaList.refine(
    isProxyList,
    'expected addresses or CIDRs of your proxies, comma-separated, such as 10.0.0.0/8',
  ),
  CORS_ORIGINS: commaList.refine(
    (origins) => origins.every(isOrigin),
    'expected origins, comma-separated, such as https://app.example.org, or *',
  ),
  ENABLE_HSTS: yesOrNo(false),
  RATE_LIMIT_ENABLED: yesOrNo(true),
  RATE_LIMIT_REQUESTS: wholeNumber(1, 1_000_000, 1000),
  RATE_LIMIT_WINDOW_MS: wholeNumber(1000, 86_400_000, 60_000),
  REDIS_URL: z
    .string()
    .regex(/^rediss?:\/\/\S+$/, 'expected redis://user:password@host:port')
    .optional(),
  AUDIT_RETENTION_DAYS: wholeNumber(0, 36_500, 90),
  TRASH_RETENTION_DAYS: wholeNumber(0, 36_500, 60),
  VERSION_RECENT_DAYS: wholeNumber(0, 36_500, 7),
  VERSION_DAILY_SNAPSHOT_DAYS: wholeNumber(0, 36_500, 30),
  VERSION_WEEKLY_SNAPSHOT_DAYS: wholeNumber(0, 36_500, 365),
  VERSION_MAX_VERSIONS: wholeNumber(0, 1_000_000, 200),
  MAX_BLOB_SIZE: wholeNumber(1, 5 * 1024 ** 3, DEFAULT_MAX_BLOB_BYTES),
  BLOB_BACKEND: z.literal('filesystem', 'expected filesystem').default('filesystem'),
  BLOB_PATH: z.string().min(1, 'expected a folder').optional(),
  MARFA_EVENT_LOG_RETENTION_HOURS: wholeNumber(0, 876_000, 72),
  MAX_SUBSCRIPTION_LISTENERS: wholeNumber(0, 100_000, 100),
  LOG_LEVEL: z
    .enum(
      ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      'expected fatal, error, warn, info, debug, trace or silent',
    )
    .default('info'),
});

const SECRET_LENGTHS = { API_KEY_SALT: 16, MARFA_AUTH_SECRET: 32 } as const;

function isProxyList(proxies: string[]): boolean {
  try {
    return proxies.length === 0 || Boolean(proxyAddress.compile(proxies));
  } catch {
    return false;
  }
}

function isOrigin(text: string): boolean {
  return text === '*' || (/^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text);
}

/** Faults that span several variables, found in the text as it was given: they are told whatever else is wrong. */
function spanningFaults(present: Record<string, string | undefined>): Issue[] {
  const issues = accountFaults(present);
  const fault = (path: string, message: string) => issues.push({ path, message });
  const { DB_DIALECT, DATABASE_URL, SQLITE_PATH, MARFA_OUTBOUND_ALLOW = '', NODE_ENV } = present;
  if (DB_DIALECT === 'postgres' && !DATABASE_URL) fault('DATABASE_URL', 'needed because DB_DIALECT is postgres');
  if (DB_DIALECT === 'sqlite' && DATABASE_URL) fault('DATABASE_URL', 'DB_DIALECT says sqlite; unset one of the two');
  if (DATABASE_URL && SQLITE_PATH) fault('SQLITE_PATH', 'DATABASE_URL is set as well; unset one of the two');
  const secretFault = authSecretFault(present.MARFA_AUTH_SECRET ?? '');
  if (secretFault) fault('MARFA_AUTH_SECRET', secretFault);
  const allowFault = outboundAllowFault(MARFA_OUTBOUND_ALLOW);
  if (allowFault) fault('MARFA_OUTBOUND_ALLOW', allowFault);
  if (NODE_ENV !== 'production') return issues;
  if ((present.MARFA_OAUTH_REDIRECT_ALLOWLIST ?? '').replaceAll(',', '').trim() === '')
    fault(
      'MARFA_OAUTH_REDIRECT_ALLOWLIST',
      'needed in production: the addresses, comma-separated, that upstreams may send people back to, such as https://marfa.example.org/oauth/callback/google',
    );
  for (const [name, length] of Object.entries(SECRET_LENGTHS)) {
    const secret = present[name];
    // The embedded profile makes its own and keeps them in the data folder.
    if (secret === undefined ? DATABASE_URL !== undefined : secret.length < length) {
      fault(name, `needed in production: at least ${length} random characters, kept for ever`);
    }
  }
  return issues;
}

function outboundAllowFault(list: string): string | null {
  try {
    parseOutboundAllow(list);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The server's settings, read once from the environment. Secrets that are absent are generated into the data folder. */
export interface Environment {
  production: boolean;
  port: number;
  host: string;
  database: { dialect: 'postgres'; url: string } | { dialect: 'sqlite'; path: string };
  dataFolder: string;
  apiKeySalt: string | undefined;
  authSecret: string | undefined;
  baseUrl: string | undefined;
  accounts: AccountSettings;
  /** Where upstreams may send people back to. */
  oauthRedirects: string[];
  connectors: string[];
  outboundAllow: string[];
  runtimeCredentialTtlSeconds: number;
  /** What the identity keys of workers elsewhere are made from; without it there are none. */
  workerIdentitySecret: string | undefined;
  /** The largest bodies, in bytes, that go through the proxy to upstreams and back. */
  proxy: { maxRequestBytes: number; maxResponseBytes: number };
  /** Of webhooks that are received: the largest body, in bytes, and whether plain HMAC has to come with a time. */
  inbound: { maxBytes: number; requireTimestamp: boolean };
  runtimeWorkers: number;
  runTimeoutSeconds: number;
  /** Steps that connectors may take in one chain of writes, in a space that says nothing else. */
  hopBudget: number;
  /** Whose `X-Forwarded-For` is believed. */
  trustedProxies: string[];
  corsOrigins: string[];
  hsts: boolean;
  /** Null when requests are not limited. */
  rateLimit: { requests: number; windowMs: number } | null;
  redisUrl: string | undefined;
  auditRetentionDays: number;
  trashRetentionDays: number;
  versions: { recentDays: number; dailyDays: number; weeklyDays: number; maxVersions: number };
  /** Where blobs lie, and the largest one in bytes. Processes that share a database share this folder. */
  blobs: { folder: string; maxBytes: number };
  eventLogRetentionHours: number;
  /** Event streams that this process carries at the same time. */
  maxSubscriptionListeners: number;
  logLevel: string;
  /** What connector processes inherit of the server's own environment; never a secret. */
  connectorEnvironment: Record<string, string>;
}

const INHERITED_BY_CONNECTORS = ['PATH', 'TZ', 'LANG', 'LC_ALL', 'NODE_EXTRA_CA_CERTS', 'NODE_COMPILE_CACHE'];
const DEFAULT_CONNECTORS = [
  '@withmarfa/connector-rss-watcher',
  '@withmarfa/connector-todoist',
  '@withmarfa/connector-google-calendar',
  '@withmarfa/connector-github-webhooks',
  '@withmarfa/connector-inbox',
];

/**
 * Reads the settings.
 * @param variables such as `process.env`; empty values count as absent, unknown names are not looked at.
 * @param workingFolder what relative paths start from.
 * @throws MarfaError `validation_error` with every fault, each naming its variable.
 */
export function readEnvironment(variables: Record<string, string | undefined>, workingFolder: string): Environment {
  const present = Object.fromEntries(
    Object.entries(variables).filter(([, value]) => value !== undefined && value !== ''),
  );
  const result = EnvironmentSchema.safeParse(present);
  const single = result.error?.issues.map((issue) => ({ path: String(issue.path[0]), message: issue.message })) ?? [];
  const issues = [...single, ...spanningFaults(present)];
  if (!result.success || issues.length > 0) {
    const lines = issues.map((issue) => `  ${issue.path}: ${issue.message}`).join('\n');
    const count = issues.length === 1 ? 'a fault' : `${issues.length} faults`;
    throw new MarfaError('validation_error', `The environment has ${count}:\n${lines}`, { details: { issues } });
  }
  const values = result.data;
  const dataFolder = absolute(values.MARFA_DATA_DIR, workingFolder);
  return {
    production: values.NODE_ENV === 'production',
    port: values.PORT,
    host: values.HOST,
    database: values.DATABASE_URL
      ? { dialect: 'postgres', url: values.DATABASE_URL }
      : {
          dialect: 'sqlite',
          path: absolute(values.SQLITE_PATH ?? 'marfa.db', values.SQLITE_PATH ? workingFolder : dataFolder),
        },
    dataFolder,
    apiKeySalt: values.API_KEY_SALT,
    authSecret: values.MARFA_AUTH_SECRET,
    baseUrl: values.MARFA_AUTH_BASE_URL?.replace(/\/+$/, ''),
    accounts: readAccountSettings(present),
    oauthRedirects: values.MARFA_OAUTH_REDIRECT_ALLOWLIST,
    connectors: values.MARFA_CONNECTORS.length > 0 ? values.MARFA_CONNECTORS : DEFAULT_CONNECTORS,
    outboundAllow: values.MARFA_OUTBOUND_ALLOW,
    runtimeCredentialTtlSeconds: values.MARFA_RUNTIME_CREDENTIAL_TTL_SECONDS,
    workerIdentitySecret: values.MARFA_WORKER_IDENTITY_SECRET,
    proxy: {
      maxRequestBytes: values.MARFA_PROXY_MAX_REQUEST_BYTES,
      maxResponseBytes: values.MARFA_PROXY_MAX_RESPONSE_BYTES,
    },
    inbound: {
      maxBytes: values.MARFA_INBOUND_MAX_BYTES,
      requireTimestamp: values.MARFA_INBOUND_REQUIRE_TIMESTAMP,
    },
    runtimeWorkers: values.MARFA_RUNTIME_WORKERS,
    runTimeoutSeconds: values.MARFA_RUN_TIMEOUT_SECONDS,
    hopBudget: values.MARFA_DEFAULT_HOP_BUDGET,
    trustedProxies: values.TRUSTED_PROXY_CIDRS,
    corsOrigins: values.CORS_ORIGINS,
    hsts: values.ENABLE_HSTS,
    rateLimit: values.RATE_LIMIT_ENABLED
      ? { requests: values.RATE_LIMIT_REQUESTS, windowMs: values.RATE_LIMIT_WINDOW_MS }
      : null,
    redisUrl: values.REDIS_URL,
    auditRetentionDays: values.AUDIT_RETENTION_DAYS,
    trashRetentionDays: values.TRASH_RETENTION_DAYS,
    versions: {
      recentDays: values.VERSION_RECENT_DAYS,
      dailyDays: values.VERSION_DAILY_SNAPSHOT_DAYS,
      weeklyDays: values.VERSION_WEEKLY_SNAPSHOT_DAYS,
      maxVersions: values.VERSION_MAX_VERSIONS,
    },
    blobs: {
      folder: values.BLOB_PATH ? absolute(values.BLOB_PATH, workingFolder) : join(dataFolder, 'blobs'),
      maxBytes: values.MAX_BLOB_SIZE,
    },
    eventLogRetentionHours: values.MARFA_EVENT_LOG_RETENTION_HOURS,
    maxSubscriptionListeners: values.MAX_SUBSCRIPTION_LISTENERS,
    logLevel: values.LOG_LEVEL,
    connectorEnvironment: Object.fromEntries(
      INHERITED_BY_CONNECTORS.flatMap((name) => (present[name] === undefined ? [] : [[name, present[name]]])),
    ),
  };
}

function absolute(path: string, folder: string): string {
  return isAbsolute(path) ? path : resolve(folder, path);
}

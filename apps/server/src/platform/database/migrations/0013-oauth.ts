import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Database } from '../database.ts';

/**
 * The tables of the OAuth provider's library, as its own migration compiler writes them for each dialect (a test
 * compares), and ours beside them: what a person granted to an app, what we keep of a client, device codes, and spent
 * consent forms.
 */
export function oauth(dialect: Database['dialect']): Migration {
  const sqlite = dialect === 'sqlite';
  const boolean = sqlite ? 'integer' : 'boolean';
  const date = sqlite ? 'date' : 'timestamptz';
  const json = sqlite ? 'text' : 'jsonb';
  const bigint = sqlite ? 'integer' : 'bigint';
  return {
    async up(db: Kysely<unknown>) {
      const run = (text: string) => sql.raw(text).execute(db);
      await run(`create table "auth_signing_keys" (
        "id" text not null primary key, "publicKey" text not null, "privateKey" text not null,
        "createdAt" ${date} not null, "expiresAt" ${date}, "alg" text, "crv" text)`);
      await run(`create table "oauth_clients" (
        "id" text not null primary key, "clientId" text not null unique, "clientSecret" text, "clientDiscoveryId" text,
        "disabled" ${boolean}, "skipConsent" ${boolean}, "enableEndSession" ${boolean}, "subjectType" text,
        "scopes" ${json}, "clientCredentialsScopes" ${json},
        "userId" text references "auth_users" ("id") on delete cascade, "createdAt" ${date}, "updatedAt" ${date},
        "name" text, "uri" text, "icon" text, "contacts" ${json}, "tos" text, "policy" text, "softwareId" text,
        "softwareVersion" text, "softwareStatement" text, "redirectUris" ${json} not null,
        "postLogoutRedirectUris" ${json}, "backchannelLogoutUri" text, "backchannelLogoutSessionRequired" ${boolean},
        "tokenEndpointAuthMethod" text, "applicationType" text, "jwks" text, "jwksUri" text, "grantTypes" ${json},
        "responseTypes" ${json}, "requirePKCE" ${boolean}, "dpopBoundAccessTokens" ${boolean}, "referenceId" text,
        "metadata" ${json})`);
      await run(`create table "oauth_resources" (
        "id" text not null primary key, "identifier" text not null unique, "name" text not null,
        "accessTokenTtl" integer, "refreshTokenTtl" integer, "signingAlgorithm" text, "signingKeyId" text,
        "allowedScopes" ${json}, "customClaims" ${json}, "dpopBoundAccessTokensRequired" ${boolean},
        "disabled" ${boolean}, "createdAt" ${date}, "updatedAt" ${date}, "policyVersion" integer, "metadata" ${json})`);
      await run(`create table "oauth_client_resources" (
        "id" text not null primary key,
        "clientId" text not null references "oauth_clients" ("clientId") on delete cascade,
        "resourceId" text not null references "oauth_resources" ("identifier") on delete cascade,
        "metadata" ${json}, "createdAt" ${date})`);
      await run(`create table "oauth_refresh_tokens" (
        "id" text not null primary key, "token" text not null unique,
        "clientId" text not null references "oauth_clients" ("clientId") on delete cascade,
        "sessionId" text references "auth_sessions" ("id") on delete set null,
        "userId" text not null references "auth_users" ("id") on delete cascade, "referenceId" text,
        "authorizationCodeId" text, "resources" ${json}, "requestedUserInfoClaims" ${json},
        "expiresAt" ${date} not null, "createdAt" ${date} not null, "revoked" ${date}, "rotatedAt" ${date},
        "rotationReplayResponse" text, "rotationReplayExpiresAt" ${date}, "authTime" ${date}, "confirmation" ${json},
        "scopes" ${json} not null)`);
      await run(`create table "oauth_access_tokens" (
        "id" text not null primary key, "token" text not null unique,
        "clientId" text not null references "oauth_clients" ("clientId") on delete cascade,
        "sessionId" text references "auth_sessions" ("id") on delete set null,
        "userId" text references "auth_users" ("id") on delete cascade, "referenceId" text,
        "authorizationCodeId" text, "resources" ${json}, "requestedUserInfoClaims" ${json},
        "refreshId" text references "oauth_refresh_tokens" ("id") on delete cascade, "expiresAt" ${date} not null,
        "createdAt" ${date} not null, "revoked" ${date}, "confirmation" ${json}, "scopes" ${json} not null)`);
      await run(`create table "oauth_consents" (
        "id" text not null primary key,
        "clientId" text not null references "oauth_clients" ("clientId") on delete cascade,
        "userId" text references "auth_users" ("id") on delete cascade, "referenceId" text, "resources" ${json},
        "requestedUserInfoClaims" ${json}, "scopes" ${json} not null, "createdAt" ${date} not null,
        "updatedAt" ${date} not null)`);
      await run(
        `create table "oauth_client_assertions" ("id" text not null primary key, "expiresAt" ${date} not null)`,
      );
      for (const [table, columns] of LIBRARY_INDEXES)
        for (const column of columns) await run(`create index "${table}_${column}_idx" on "${table}" ("${column}")`);
      await run(
        'create unique index "oauth_client_resources_clientId_resourceId_uidx" on "oauth_client_resources" ("clientId", "resourceId")',
      );

      await run(`create table oauth_client_settings (
        client_id text not null primary key references "oauth_clients" ("clientId") on delete cascade,
        origin text not null, space_id text not null references spaces (id), scope text, extension_permissions text not null,
        created_at_ms ${bigint} not null, used_at_ms ${bigint})`);
      await run(
        'create index oauth_client_settings_unused on oauth_client_settings (created_at_ms) where used_at_ms is null',
      );
      await run(`create table app_grants (
        id text not null primary key, space_id text not null references spaces (id),
        user_id text not null references "auth_users" ("id") on delete cascade,
        client_id text not null references "oauth_clients" ("clientId") on delete cascade,
        source text not null, scopes text not null, granted_at text not null, last_used_at text)`);
      await run('create unique index app_grants_user_client on app_grants (user_id, client_id)');
      await run('create index app_grants_client on app_grants (client_id)');
      await run('create index app_grants_space_source on app_grants (space_id, source)');
      await run(`create table device_codes (
        device_hash text not null primary key, user_code text not null unique,
        client_id text not null references "oauth_clients" ("clientId") on delete cascade,
        scope text not null, status text not null, user_id text references "auth_users" ("id") on delete cascade,
        auth_time_ms ${bigint}, interval_seconds integer not null, polled_at_ms ${bigint},
        expires_at_ms ${bigint} not null)`);
      await run('create index device_codes_client on device_codes (client_id)');
      await run('create index device_codes_expiry on device_codes (expires_at_ms)');
      await run(`create table spent_forms (id text not null primary key, expires_at_ms ${bigint} not null)`);
    },
  };
}

const LIBRARY_INDEXES: readonly (readonly [string, readonly string[]])[] = [
  ['oauth_clients', ['userId']],
  ['oauth_client_resources', ['clientId', 'resourceId']],
  ['oauth_refresh_tokens', ['clientId', 'sessionId', 'userId', 'authorizationCodeId']],
  ['oauth_access_tokens', ['clientId', 'sessionId', 'userId', 'authorizationCodeId', 'refreshId']],
  ['oauth_consents', ['clientId', 'userId']],
];

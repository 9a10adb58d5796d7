import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Database } from '../database.ts';

/**
 * The tables of the auth library, as its own migration compiler writes them for each dialect (a test compares), and
 * who of its users acts in which space.
 */
export function accounts(dialect: Database['dialect']): Migration {
  const boolean = dialect === 'sqlite' ? 'integer' : 'boolean';
  const date = dialect === 'sqlite' ? 'date' : 'timestamptz';
  const stamped = dialect === 'sqlite' ? 'date not null' : 'timestamptz default CURRENT_TIMESTAMP not null';
  return {
    async up(db: Kysely<unknown>) {
      const run = (text: string) => sql.raw(text).execute(db);
      await run(`create table "auth_users" (
        "id" text not null primary key, "name" text not null, "email" text not null unique,
        "emailVerified" ${boolean} not null, "image" text, "createdAt" ${stamped}, "updatedAt" ${stamped})`);
      await run(`create table "auth_sessions" (
        "id" text not null primary key, "expiresAt" ${date} not null, "token" text not null unique,
        "createdAt" ${stamped}, "updatedAt" ${date} not null, "ipAddress" text, "userAgent" text,
        "userId" text not null references "auth_users" ("id") on delete cascade)`);
      await run(`create table "auth_accounts" (
        "id" text not null primary key, "accountId" text not null, "providerId" text not null,
        "userId" text not null references "auth_users" ("id") on delete cascade, "accessToken" text, "refreshToken" text,
        "idToken" text, "accessTokenExpiresAt" ${date}, "refreshTokenExpiresAt" ${date}, "scope" text, "password" text,
        "createdAt" ${stamped}, "updatedAt" ${date} not null)`);
      await run(`create table "auth_verifications" (
        "id" text not null primary key, "identifier" text not null, "value" text not null,
        "expiresAt" ${date} not null, "createdAt" ${stamped}, "updatedAt" ${stamped})`);
      await run('create index "auth_sessions_userId_idx" on "auth_sessions" ("userId")');
      await run('create index "auth_accounts_userId_idx" on "auth_accounts" ("userId")');
      await run('create index "auth_verifications_identifier_idx" on "auth_verifications" ("identifier")');
      await run(`create table space_members (
        user_id text not null references "auth_users" ("id") on delete cascade, space_id text not null references spaces (id),
        key_id text not null references api_keys (id), created_at text not null, primary key (user_id, space_id))`);
    },
  };
}

import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Database } from '../database.ts';

/**
 * Handles. One is given away when its person's space is made; until the address is confirmed it is only wanted, so that
 * nobody learns from a handle that is suddenly taken that the address was new.
 */
export function people(dialect: Database['dialect']): Migration {
  const yes = dialect === 'sqlite' ? '1' : 'true';
  return {
    async up(db: Kysely<unknown>) {
      const run = (text: string) => sql.raw(text).execute(db);
      await run(`create table handles (
        handle text not null primary key,
        user_id text not null unique references "auth_users" ("id") on delete cascade)`);
      await run(`create table wanted_handles (
        user_id text not null primary key references "auth_users" ("id") on delete cascade, handle text not null)`);
      // Whoever had an account so far came by the link that the server printed.
      await run(`update "auth_users" set "emailVerified" = ${yes}`);
    },
  };
}

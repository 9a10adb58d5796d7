import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What Connections have registered at their upstreams, and when it is to be renewed. */
export function renewals(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      const run = (text: string) => sql.raw(text).execute(db);
      await run(`create table connection_renewals (
        connection_id text primary key references connections (id), space_id text not null references spaces (id),
        registrations text not null, due_at_ms bigint, told_activity_id text)`);
      await run('create index connection_renewals_due on connection_renewals (due_at_ms) where due_at_ms is not null');
    },
  };
}

import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Answers that are given again to a request that is sent again. */
export function idempotency(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await sql`create table idempotency_keys (
        id text primary key, space_id text not null references spaces (id), request_hash text not null,
        status integer not null, answer text not null, created_at_ms bigint not null)`.execute(db);
      await sql`create index idempotency_keys_by_time on idempotency_keys (created_at_ms)`.execute(db);
    },
  };
}

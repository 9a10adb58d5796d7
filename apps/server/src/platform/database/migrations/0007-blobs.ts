import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Which space holds which content; the bytes lie in the blob store. */
export function blobs(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      await sql`create table blobs (
        space_id text not null references spaces (id), hash text not null, mime_type text not null, size bigint not null,
        created_at text not null, primary key (space_id, hash))`.execute(db);
    },
  };
}

import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** A space's own types, edge types and configuration, and the number that rises with every change of them. */
export function spaceTypes(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      const run = (text: string) => sql.raw(text).execute(db);
      await run('alter table spaces add column revision integer not null default 0');
      await run("alter table spaces add column config text not null default '{}'");
      await run(`create table space_types (
        space_id text not null references spaces (id), id text not null, schema text not null,
        created_at text not null, updated_at text not null, primary key (space_id, id))`);
      await run(`create table space_edge_types (
        space_id text not null references spaces (id), id text not null, schema text not null,
        created_at text not null, primary key (space_id, id))`);
      await run('create index edges_by_type on edges (space_id, edge_type, id)');
    },
  };
}

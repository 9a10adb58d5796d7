import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The chains that writes belong to, and from where in the event log a Connection is told of items. */
export function itemEvents(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      const run = (text: string) => sql.raw(text).execute(db);
      await run('alter table events add column hop_count integer not null default 0');
      await run('alter table events add column cycle_origin_id text');
      await run('alter table api_keys add column cycle_origin text');
      await run('alter table api_keys add column cycle_hop integer');
      await run('alter table connections add column told_since_tx bigint');
      await run('alter table connections add column told_since_seq bigint');
      await run(`create index connections_told on connections (space_id)
        where told_since_seq is not null and active = 1`);
      // Those that were installed before anything was delivered are told of what comes from now on.
      await run(`update connections set told_since_tx = (select coalesce(max(tx), 0) from events),
        told_since_seq = (select coalesce(max(seq), 0) from events)
        where consent like '%"type":"item-event"%'`);
      await run(`create table connection_warnings (
        connection_id text not null references connections (id), kind text not null, told_at_ms bigint not null,
        primary key (connection_id, kind))`);
    },
  };
}

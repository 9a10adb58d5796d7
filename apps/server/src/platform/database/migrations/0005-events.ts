import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Database } from '../database.ts';

/**
 * The event log, and the webhooks that are told of it. On Postgres an event carries the transaction that wrote it, since
 * sequence numbers are given out before the commit and so say nothing about its order.
 */
export function events(dialect: Database['dialect']): Migration {
  const now =
    dialect === 'sqlite'
      ? "(strftime('%Y-%m-%dT%H:%M:%fZ', 'now'))"
      : `to_char(clock_timestamp() at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  const columns = `id text not null, space_id text not null, event text not null, subject_id text not null,
    type text not null, other_type text, edge_type text, origin_connection_id text, payload text not null,
    created_at text not null default ${now}`;
  return {
    async up(db: Kysely<unknown>) {
      const run = (text: string) => sql.raw(text).execute(db);
      if (dialect === 'sqlite') {
        await run(`create table events (
          seq integer primary key autoincrement, tx integer not null default 0, ${columns})`);
        await run('create index events_by_space on events (space_id, seq)');
      } else {
        await run(`create table events (
          seq bigint generated always as identity, tx bigint not null default (pg_current_xact_id()::text::bigint),
          ${columns}, primary key (tx, seq))`);
        await run('create index events_by_space on events (space_id, tx, seq)');
      }
      await run(`create table webhooks (
        id text primary key references items (id) on delete cascade, space_id text not null references spaces (id),
        url text not null, events text not null, type_filter text, secret text not null, active integer not null,
        since_tx bigint not null, since_seq bigint not null, since_present text, created_at text not null, updated_at text not null)`);
      await run('create index webhooks_by_space on webhooks (space_id, id)');
      await run('create index webhooks_active on webhooks (space_id) where active = 1');
      await run(`create table webhook_deliveries (
        id text primary key, space_id text not null,
        webhook_id text not null references webhooks (id) on delete cascade, event_id text not null, event text not null,
        body text not null, status text not null, attempts integer not null, response_status integer, failure text,
        due_at_ms bigint, claim text, created_at text not null, last_attempt_at text)`);
      await run('create unique index webhook_deliveries_once on webhook_deliveries (webhook_id, event_id)');
      await run('create index webhook_deliveries_listed on webhook_deliveries (webhook_id, id)');
      await run(`create index webhook_deliveries_due on webhook_deliveries (webhook_id, due_at_ms)
        where due_at_ms is not null`);
      await run('create index webhook_deliveries_by_time on webhook_deliveries (created_at)');
    },
  };
}

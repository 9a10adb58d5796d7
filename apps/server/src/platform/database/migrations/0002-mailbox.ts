import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Database } from '../database.ts';

/** Integrations, Connections, their mailboxes, leases and runs. */
export function mailbox(dialect: Database['dialect']): Migration {
  const rising =
    dialect === 'sqlite' ? 'integer primary key autoincrement' : 'bigint generated always as identity primary key';
  return {
    async up(db: Kysely<unknown>) {
      const run = (text: string) => sql.raw(text).execute(db);
      await run(`create table integrations (
        id text primary key references items (id), name text not null, version_key text not null, content_hash text not null)`);
      await run('create unique index integrations_once on integrations (name, version_key)');

      await run(`create table connections (
        id text primary key references items (id), space_id text not null references spaces (id),
        integration_id text not null references integrations (id), integration_name text not null,
        integration_version text not null, credential_id text not null, source text not null, label text not null,
        active integer not null, runtime_status text not null, consecutive_failures integer not null,
        action_required integer not null, last_sync_at_ms bigint, last_error_at_ms bigint,
        type_permissions text not null, extension_permissions text not null, edge_permissions text not null,
        configuration text not null, crons text not null, cursors text not null, tick_at_ms bigint, due_at_ms bigint)`);
      await run('create unique index connections_source on connections (space_id, source) where active = 1');
      await run('create index connections_by_integration on connections (integration_id)');
      await run('create index connections_due on connections (due_at_ms) where due_at_ms is not null');

      await run(`create table mailbox_messages (
        seq ${rising}, id text not null unique, space_id text not null, connection_id text not null,
        payload text not null, subject text, coalesce_key text, state text not null, attempt integer not null,
        fence bigint not null, not_before_ms bigint not null, queued_at_ms bigint not null, reason text)`);
      await run(
        "create index mailbox_runnable on mailbox_messages (connection_id, seq) where state in ('waiting', 'running')",
      );
      await run(
        "create index mailbox_by_time on mailbox_messages (not_before_ms) where state in ('waiting', 'running')",
      );
      await run(`create unique index mailbox_coalesced on mailbox_messages (connection_id, coalesce_key)
        where state = 'waiting' and coalesce_key is not null`);
      await run(`create table mailbox_keys (
        connection_id text not null, dedupe_key text not null, accepted_at_ms bigint not null,
        primary key (connection_id, dedupe_key))`);
      await run('create index mailbox_keys_by_time on mailbox_keys (accepted_at_ms)');

      await run(`create table connection_leases (
        connection_id text primary key, holder text not null, fence bigint not null, expires_at_ms bigint not null)`);

      await run(`create table runs (
        id text primary key, space_id text not null, connection_id text not null, trigger text not null, status text not null,
        attempt integer not null, queued_at text not null, started_at text, finished_at text, error text,
        items_created integer not null, items_updated integer not null)`);
      await run('create index runs_by_connection on runs (space_id, connection_id, id)');
      await run('create index runs_by_time on runs (queued_at)');
    },
  };
}

import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { NULL_SPACE_ID } from '../null-space.ts';

/** Spaces, items and what hangs on them, keys, audit. */
export function foundation(): Migration {
  return { up };
}

async function up(db: Kysely<unknown>): Promise<void> {
  const run = (text: string) => sql.raw(text).execute(db);
  await run('create table if not exists settings (key text primary key, value text not null)');
  await run('create table spaces (id text primary key, name text not null, created_at text not null)');
  await sql`insert into spaces (id, name, created_at) values (${NULL_SPACE_ID}, 'This server', ${new Date().toISOString()})`.execute(
    db,
  );

  await run(`create table items (
    id text primary key, space_id text not null references spaces (id), type text not null, properties text not null,
    state text not null, tier text, version integer not null, schema_version text not null, source text not null,
    source_id text, device text, capture_latitude double precision, capture_longitude double precision,
    timestamp text not null, created_at text not null, updated_at text not null)`);
  await run(`create unique index items_natural_key on items (space_id, source, source_id)
    where source_id is not null and state in ('active', 'archived')`);
  for (const column of ['created_at', 'updated_at', 'timestamp']) {
    await run(`create index items_by_${column} on items (space_id, state, ${column}, id)`);
    await run(`create index items_by_type_${column} on items (space_id, type, state, ${column}, id)`);
  }

  await run(`create table item_versions (
    item_id text not null references items (id) on delete cascade, space_id text not null, version integer not null,
    properties text not null, device text, created_at text not null, primary key (item_id, version))`);
  await run(`create table item_tags (
    item_id text not null references items (id) on delete cascade, space_id text not null, tag text not null,
    primary key (item_id, tag))`);
  await run('create index item_tags_by_tag on item_tags (space_id, tag, item_id)');
  await run(`create table item_extensions (
    item_id text not null references items (id) on delete cascade, space_id text not null, namespace text not null,
    data text not null, primary key (item_id, namespace))`);

  await run(`create table edges (
    id text primary key, space_id text not null references spaces (id),
    source_id text not null references items (id) on delete cascade,
    target_id text not null references items (id) on delete cascade,
    edge_type text not null, properties text not null, created_at text not null, updated_at text not null)`);
  await run('create unique index edges_once on edges (source_id, target_id, edge_type)');
  await run('create index edges_outbound on edges (space_id, source_id, edge_type, id)');
  await run('create index edges_inbound on edges (space_id, target_id, edge_type, id)');

  await run(`create table api_keys (
    id text primary key, space_id text not null references spaces (id), credential_id text not null, hash text not null unique,
    label text not null, source text not null, role text not null, default_tier text not null, is_platform integer not null,
    type_permissions text not null, extension_permissions text not null, edge_permissions text not null,
    metadata_permissions text not null, connection_id text, expires_at_ms bigint, revoked_at text,
    created_at text not null, last_used_at text)`);
  await run(`create unique index api_keys_source on api_keys (space_id, source)
    where connection_id is null and revoked_at is null`);
  await run(
    'create index api_keys_by_connection on api_keys (connection_id, expires_at_ms) where connection_id is not null',
  );

  await run(`create table audit_log (
    id text primary key, space_id text not null, timestamp text not null, key_id text, action text not null,
    resource_type text not null, resource_id text, client_ip text, details text not null)`);
  await run('create index audit_log_by_space on audit_log (space_id, id)');
  await run('create index audit_log_by_time on audit_log (timestamp)');
}

import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Upstream credentials, the tokens of Connections, the journal of their renewals, and leases. */
export function upstream(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      const run = (text: string) => sql.raw(text).execute(db);
      await run(`create table upstream_credentials (
        id text primary key references items (id), space_id text not null references spaces (id), kind text not null,
        label text not null, provider text not null, config text not null, secret text not null, auth_method text,
        created_at text not null, updated_at text not null)`);
      await run('create index upstream_credentials_space on upstream_credentials (space_id, id)');

      for (const column of [
        'credential_ref text',
        "consent text not null default '{}'",
        'reauth_reason text',
        'reauth_activity_id text',
        'feed_activity integer not null default 0',
      ])
        await run(`alter table connections add column ${column}`);
      await run(
        'create index connections_by_credential on connections (space_id, credential_ref) where credential_ref is not null',
      );

      await run(`create table upstream_tokens (
        connection_id text primary key references connections (id), space_id text not null references spaces (id),
        credential_id text not null references upstream_credentials (id), access_token text not null, refresh_token text,
        token_type text not null, scope text, account text, obtained_at_ms bigint not null, expires_at_ms bigint,
        generation bigint not null, holder text not null, fence bigint not null, lease_expires_at_ms bigint not null,
        failures integer not null, retry_at_ms bigint not null)`);
      await run('create index upstream_tokens_credential on upstream_tokens (credential_id)');
      await run(`create table token_calls (
        id text primary key, space_id text not null references spaces (id), connection_id text not null,
        grant_type text not null, generation bigint not null, fence bigint not null, started_at_ms bigint not null,
        finished_at_ms bigint, outcome text, reason text)`);
      await run('create index token_calls_connection on token_calls (connection_id, generation)');
      await run('create index token_calls_time on token_calls (started_at_ms)');

      await run(`create table leases (
        id text primary key, space_id text not null references spaces (id), connection_id text not null,
        hash text not null unique, capability_id text not null, scopes text not null, expires_at_ms bigint not null,
        revoked_at text, created_at text not null)`);
      await run('create index leases_connection on leases (space_id, connection_id, id)');
      await run('create index leases_expiry on leases (expires_at_ms)');
    },
  };
}

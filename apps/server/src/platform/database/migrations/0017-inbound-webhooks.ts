import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Database } from '../database.ts';

/** Inbound webhooks, their secrets and receipts, and what dead letters need to be told apart. */
export function inboundWebhooks(dialect: Database['dialect']): Migration {
  const bytes = dialect === 'sqlite' ? 'blob' : 'bytea';
  return {
    async up(db: Kysely<unknown>) {
      const run = (text: string) => sql.raw(text).execute(db);
      await run(`create table inbound_webhooks (
        id text primary key, space_id text not null references spaces (id),
        connection_id text not null references connections (id), method text not null, external_service_id text,
        events text not null, disabled integer not null, removed integer not null,
        created_at text not null, updated_at text not null)`);
      await run('create index inbound_webhooks_of on inbound_webhooks (connection_id)');
      await run(`create table inbound_webhook_secrets (
        id text primary key, inbound_webhook_id text not null references inbound_webhooks (id) on delete cascade,
        secret text not null, expires_at_ms bigint)`);
      await run('create index inbound_webhook_secrets_of on inbound_webhook_secrets (inbound_webhook_id)');

      await run(`create table inbound_deliveries (
        id text primary key, space_id text not null, connection_id text not null, inbound_webhook_id text,
        external_delivery_id text, verified integer not null, reason text, headers text not null, body ${bytes} not null,
        size_bytes integer not null, received_at_ms bigint not null, run_id text)`);
      await run(`create unique index inbound_deliveries_once on inbound_deliveries (connection_id, external_delivery_id)
        where verified = 1`);
      await run('create index inbound_deliveries_refused on inbound_deliveries (connection_id, id) where verified = 0');
      await run('create index inbound_deliveries_by_webhook on inbound_deliveries (inbound_webhook_id, id)');

      await run("alter table mailbox_messages add column kind text not null default 'manual'");
      await run(`update mailbox_messages set kind = coalesce(
        (select trigger from runs where runs.id = mailbox_messages.id), 'manual')`);
      await run('alter table mailbox_messages add column receipt_id text');
      await run('alter table mailbox_messages add column first_failed_at_ms bigint');
      await run('alter table mailbox_messages add column last_failed_at_ms bigint');
      await run("create index mailbox_dead on mailbox_messages (connection_id, id) where state = 'dead'");
      await run('alter table runs add column replay_of text');
      await run("alter table connections add column handled_deliveries text not null default '[]'");
    },
  };
}

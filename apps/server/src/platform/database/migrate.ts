import { MarfaError } from '@withmarfa/shared';
import { sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Database } from './database.ts';
import { foundation } from './migrations/0001-foundation.ts';
import { mailbox } from './migrations/0002-mailbox.ts';
import { accounts } from './migrations/0003-accounts.ts';
import { spaceTypes } from './migrations/0004-space-types.ts';
import { events } from './migrations/0005-events.ts';
import { idempotency } from './migrations/0006-idempotency.ts';
import { blobs } from './migrations/0007-blobs.ts';
import { itemLists } from './migrations/0010-item-lists.ts';
import { search } from './migrations/0011-search.ts';
import { people } from './migrations/0012-people.ts';
import { oauth } from './migrations/0013-oauth.ts';
import { upstream } from './migrations/0014-upstream.ts';
import { itemEvents } from './migrations/0015-item-events.ts';
import { upstreamBudgets } from './migrations/0016-upstream-budgets.ts';
import { inboundWebhooks } from './migrations/0017-inbound-webhooks.ts';
import { renewals } from './migrations/0018-renewals.ts';

/** Named for us: a shared Postgres server may hold other programs' `migrations`. */
const TABLE = 'marfa_migrations';

type MigrationFor = (dialect: Database['dialect']) => Migration;

const MIGRATIONS: Record<string, MigrationFor> = {
  '0001-foundation': foundation,
  '0002-mailbox': mailbox,
  '0003-accounts': accounts,
  '0004-space-types': spaceTypes,
  '0005-events': events,
  '0006-idempotency': idempotency,
  '0007-blobs': blobs,
  '0010-item-lists': itemLists,
  '0011-search': search,
  '0012-people': people,
  '0013-oauth': oauth,
  '0014-upstream': upstream,
  '0015-item-events': itemEvents,
  '0016-upstream-budgets': upstreamBudgets,
  '0017-inbound-webhooks': inboundWebhooks,
  '0018-renewals': renewals,
};

/**
 * Runs the migrations that are missing, in order, once, under a lock.
 * @throws MarfaError `storage_unavailable` when the database was written by a later release.
 */
export async function migrate(database: Database): Promise<void> {
  const migrations = Object.fromEntries(
    Object.entries(MIGRATIONS).map(([name, make]) => [name, make(database.dialect)]),
  );
  const migrator = new Migrator({
    db: database.shared,
    provider: { getMigrations: () => Promise.resolve(migrations) },
    migrationTableName: TABLE,
    migrationLockTableName: `${TABLE}_lock`,
  });
  await refuseLaterRelease(database);
  const { error, results } = await migrator.migrateToLatest();
  if (!error) return;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName ?? 'the migrations';
  throw new MarfaError(
    'storage_unavailable',
    `The database could not be brought up to date: ${failed} failed and was undone.`,
    {
      cause: error,
    },
  );
}

/** @returns whether the schema is still the one of this release; another server may have raised it meanwhile. */
export async function isOwnSchema(database: Database): Promise<boolean> {
  const applied = await database.apart.read
    .withTables<{ [TABLE]: { name: string } }>()
    .selectFrom(TABLE)
    .select('name')
    .execute();
  return applied.length === Object.keys(MIGRATIONS).length;
}

async function refuseLaterRelease(database: Database): Promise<void> {
  const names = await appliedMigrations(database);
  const unknown = names.filter((name) => !Object.hasOwn(MIGRATIONS, name));
  if (unknown.length === 0) return;
  throw new MarfaError(
    'storage_unavailable',
    `This database was written by a later release of Marfa (it holds ${unknown.join(', ')}). Start that release, or set MARFA_DATA_DIR or DATABASE_URL to another place.`,
  );
}

async function appliedMigrations(database: Database): Promise<string[]> {
  const tables = await database.shared.introspection.getTables();
  const own = await currentSchema(database);
  if (!tables.some((table) => table.name === TABLE && (own === null || table.schema === own))) return [];
  const rows = await database.shared
    .withTables<{ [TABLE]: { name: string } }>()
    .selectFrom(TABLE)
    .select('name')
    .execute();
  return rows.map((row) => row.name);
}

/** @returns the schema that unqualified names mean, or null where there are none. */
async function currentSchema(database: Database): Promise<string | null> {
  if (database.dialect === 'sqlite') return null;
  const { rows } = await sql<{ name: string }>`select current_schema() as name`.execute(database.shared);
  return rows[0]?.name ?? null;
}

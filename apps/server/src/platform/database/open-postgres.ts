import { setTimeout as wait } from 'node:timers/promises';
import { MarfaError } from '@withmarfa/shared';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import type { Logger } from '../logger.ts';
import { runAfterCommit } from './after-commit.ts';
import type { PlainDatabase, Transaction } from './database.ts';
import { asStorageFault, errorCode } from './storage-fault.ts';
import type { Tables } from './tables.ts';

const INT8 = 20;
const POOL_SIZE = 10;
const MAX_ATTEMPTS = 6;
/** Longest pause before the second attempt; it doubles with each further one. */
const FIRST_PAUSE_MS = 20;
/** Serialization failure and deadlock: nothing was written, running again is right. */
const CONFLICTS = new Set(['40001', '40P01']);

/** Opens a pool on a Postgres server and checks that it answers. */
export async function openPostgres(url: string, logger: Logger): Promise<PlainDatabase> {
  const pool = new pg.Pool({
    connectionString: url,
    max: POOL_SIZE,
    connectionTimeoutMillis: 10_000,
    application_name: 'marfa',
    // Counts, fences and milliseconds all fit a double.
    types: { getTypeParser: (oid, format) => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text')) },
  });
  // A connection that ends while it is in use tells its user by the failing query; unheard, its event ends the process.
  pool.on('connect', (client) =>
    client.on('error', (error) => logger.warn({ error }, 'a database connection was lost')),
  );
  pool.on('error', (error) => logger.warn({ error }, 'an idle database connection was lost'));
  try {
    await pool.query('select 1');
  } catch (error) {
    await pool.end();
    const host = new URL(url).host;
    throw new MarfaError(
      'storage_unavailable',
      `The Postgres server at ${host} cannot be used: ${error instanceof Error ? error.message : String(error)}. Check DATABASE_URL, and that the database exists.`,
      { cause: error },
    );
  }
  const database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  return {
    dialect: 'postgres',
    isSoleWriter: false,
    read: database,
    shared: database,
    async write<Result>(unit: (transaction: Transaction) => Promise<Result>) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          let committed: Transaction | undefined;
          const result = await database.transaction().execute((transaction) => {
            committed = transaction;
            return unit(transaction);
          });
          if (committed) runAfterCommit(committed);
          return result;
        } catch (error) {
          if (!CONFLICTS.has(errorCode(error))) throw asStorageFault(error);
          if (attempt === MAX_ATTEMPTS) throw tooBusy(error);
          await wait(Math.random() * FIRST_PAUSE_MS * 2 ** attempt);
        }
      }
    },
    async close() {
      await database.destroy();
    },
  };
}

function tooBusy(cause: unknown): MarfaError {
  return new MarfaError(
    'storage_unavailable',
    'Too many writers wanted the same rows; nothing was changed. Try again.',
    { cause },
  );
}

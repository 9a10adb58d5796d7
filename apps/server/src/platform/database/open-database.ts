import type { Environment } from '../../env.ts';
import type { Logger } from '../logger.ts';
import { announceCommits } from './announce-commits.ts';
import type { Database } from './database.ts';
import { joinWrites } from './join-writes.ts';
import { migrate } from './migrate.ts';
import { openPostgres } from './open-postgres.ts';
import { openSqlite } from './open-sqlite.ts';

/**
 * Opens the record and brings its schema up to date.
 * @throws MarfaError `storage_unavailable` saying what stands in the way and what to do.
 */
export async function openDatabase(settings: Environment['database'], logger: Logger): Promise<Database> {
  const plain = settings.dialect === 'sqlite' ? openSqlite(settings.path) : await openPostgres(settings.url, logger);
  const { database: announced, commits } = announceCommits(plain);
  const database = joinWrites({ ...announced, commits });
  try {
    await migrate(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

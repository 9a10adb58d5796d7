import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import pg from 'pg';

/** Where tests find a Postgres; each test file makes a database of its own there. */
const POSTGRES_URL = process.env.MARFA_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

export type Dialect = 'sqlite' | 'postgres';

/** Fresh storage for one test file; `variables` point a server at it. */
export interface Profile {
  variables: Record<string, string>;
  dataFolder: string;
  dispose(): Promise<void>;
}

/** The storage profiles to run every suite on. CI runs all of them or fails. */
export const DIALECTS: readonly Dialect[] = (await hasPostgres()) ? ['sqlite', 'postgres'] : ['sqlite'];

async function hasPostgres(): Promise<boolean> {
  try {
    await onAdminDatabase((client) => client.query('select 1'));
    return true;
  } catch (error) {
    if (process.env.CI) throw error;
    process.stderr.write('Postgres is not reachable on 127.0.0.1:5432: its suites are skipped.\n');
    return false;
  }
}

export async function createProfile(dialect: Dialect): Promise<Profile> {
  const dataFolder = await mkdtemp(join(tmpdir(), 'marfa-test-'));
  const removeFolder = () => rm(dataFolder, { recursive: true, force: true });
  if (dialect === 'sqlite') return { variables: { MARFA_DATA_DIR: dataFolder }, dataFolder, dispose: removeFolder };

  const name = `marfa_test_${randomBytes(8).toString('hex')}`;
  await onAdminDatabase((client) => client.query(`create database ${name}`));
  const url = new URL(POSTGRES_URL);
  url.pathname = `/${name}`;
  return {
    variables: { MARFA_DATA_DIR: dataFolder, DATABASE_URL: url.href },
    dataFolder,
    async dispose() {
      await onAdminDatabase((client) => client.query(`drop database if exists ${name} with (force)`));
      await removeFolder();
    },
  };
}

async function onAdminDatabase<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client({ connectionString: POSTGRES_URL, connectionTimeoutMillis: 5000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

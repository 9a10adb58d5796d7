import { delimiter, join } from 'node:path';
import { repositoryRoot } from '../repository.ts';
import { findOnPath } from './find-on-path.ts';
import { type PostgresAddress, probePostgres } from './probe-postgres.ts';
import { provideChromium } from './provide-chromium.ts';

/** What the suites are given; `refusals` are sentences for which a CI run must not go on, `notes` for a person. */
export interface Prepared {
  env: NodeJS.ProcessEnv;
  refusals: string[];
  notes: string[];
}

const LOCAL_POSTGRES: PostgresAddress = { host: '127.0.0.1', port: 5432, user: 'postgres' };

/**
 * Finds what the suites stand on besides Node: Postgres, a browser, and the Node of the calling shell. What is missing
 * skips its suites on a newcomer's machine, and stops a CI run, which must not pass by skipping.
 * @param calling the environment of the calling shell.
 * @param postgres where a Postgres is looked for when MARFA_TEST_POSTGRES_URL names none.
 */
export async function prepareEnvironment(
  calling: NodeJS.ProcessEnv,
  postgres: PostgresAddress = LOCAL_POSTGRES,
): Promise<Prepared> {
  const isCi = calling.CI === 'true';
  const bin = join(repositoryRoot, 'node_modules', '.bin');
  const env: NodeJS.ProcessEnv = {
    ...calling,
    PATH: [bin, calling.PATH].join(delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
    DO_NOT_TRACK: '1',
  };
  const missing: string[] = [];

  const postgresUrl = await findPostgres(calling, postgres);
  if (postgresUrl === null)
    missing.push(
      `No Postgres on ${postgres.host}:${postgres.port} for user ${postgres.user} without a password: start one, or name one in MARFA_TEST_POSTGRES_URL.`,
    );
  else env.MARFA_TEST_POSTGRES_URL = postgresUrl;

  const chromium = await provideChromium(calling);
  if (chromium.file === null) missing.push(chromium.reason);
  else env.MARFA_TEST_CHROMIUM = chromium.file;

  const outerNode = findOnPath(['node'], { path: calling.PATH, outside: join(repositoryRoot, 'node_modules') });
  if (outerNode !== null) env.MARFA_TEST_OUTER_NODE = outerNode;

  return {
    env,
    refusals: isCi ? missing : [],
    notes: isCi ? [] : missing.map((sentence) => `${sentence} Its suites are skipped.`),
  };
}

async function findPostgres(calling: NodeJS.ProcessEnv, address: PostgresAddress): Promise<string | null> {
  const named = calling.MARFA_TEST_POSTGRES_URL;
  if (named !== undefined && named !== '') return named;
  const { host, port, user } = address;
  return (await probePostgres(address)) ? `postgres://${user}@${host}:${port}/postgres` : null;
}

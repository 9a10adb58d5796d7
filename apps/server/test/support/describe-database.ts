import { afterAll, beforeAll, describe } from 'vitest';
import { readEnvironment } from '../../src/env.ts';
import type { Database } from '../../src/platform/database/database.ts';
import { openDatabase } from '../../src/platform/database/open-database.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createProfile, DIALECTS, type Dialect, type Profile } from './profiles.ts';

/** What the sentences of one suite speak about; `database` is there from the first test on. */
export interface DatabaseUnderTest {
  readonly dialect: Dialect;
  readonly database: Database;
}

/** Runs a suite once on each database, each time on fresh storage with the whole schema and no server. */
export function describeDatabase(name: string, sentences: (under: DatabaseUnderTest) => void): void {
  describe.each(DIALECTS)(`${name} on %s`, (dialect) => {
    let profile: Profile | undefined;
    let database: Database | undefined;
    beforeAll(async () => {
      profile = await createProfile(dialect);
      const { database: settings } = readEnvironment(profile.variables, profile.dataFolder);
      database = await openDatabase(settings, createLogger('silent'));
    });
    afterAll(async () => {
      await database?.close();
      await profile?.dispose();
    });
    sentences({
      dialect,
      get database() {
        if (!database) throw new Error('it is there in tests and hooks alone');
        return database;
      },
    });
  });
}

import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProfile, DIALECTS, type Profile } from '../../../test/support/profiles.ts';
import { readEnvironment } from '../../env.ts';
import { createLogger } from '../logger.ts';
import type { Database } from './database.ts';
import { jsonIs } from './json-conditions.ts';
import { openDatabase } from './open-database.ts';

/** As JSON.stringify wrote it before such texts were refused: the half of a pair, and the six signs that spell one. */
const STORED = JSON.stringify({ half: 'a\ud800b', spelt: '\\ud800', n: 1 });

describe.each(DIALECTS)('Conditions on stored JSON on %s', (dialect) => {
  let profile: Profile;
  let database: Database;
  beforeAll(async () => {
    profile = await createProfile(dialect);
    database = await openDatabase(
      readEnvironment(profile.variables, profile.dataFolder).database,
      createLogger('silent'),
    );
  });
  afterAll(async () => {
    await database.close();
    await profile.dispose();
  });

  const holds = async (name: string, value: string | number) => {
    const condition = jsonIs(dialect, { column: 'stored.properties', path: [name] }, value);
    const query = sql`select 1 from (select cast(${STORED} as text) as properties) as stored where ${condition}`;
    return (await query.execute(database.read)).rows.length === 1;
  };

  it('do not fail over half of a surrogate pair, and see what stands beside it', async () => {
    expect(await holds('n', 1)).toBe(true);
    expect(await holds('half', 'a')).toBe(false);
  });

  it('leave alone what only spells one', async () => {
    expect(await holds('spelt', '\\ud800')).toBe(true);
    expect(await holds('spelt', '\\ufffd')).toBe(false);
  });
});

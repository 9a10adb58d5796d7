import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { describeDatabase } from '../../../test/support/describe-database.ts';
import { jsonIs } from './json-conditions.ts';

/** As JSON.stringify wrote it before such texts were refused: the half of a pair, and the six signs that spell one. */
const STORED = JSON.stringify({ half: 'a\ud800b', spelt: '\\ud800', n: 1 });

describeDatabase('Conditions on stored JSON', (under) => {
  const holds = async (name: string, value: string | number) => {
    const condition = jsonIs(under.dialect, { column: 'stored.properties', path: [name] }, value);
    const query = sql`select 1 from (select cast(${STORED} as text) as properties) as stored where ${condition}`;
    return (await query.execute(under.database.read)).rows.length === 1;
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

import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEnvironment } from '../src/env.ts';
import { createEdgeList, type EdgeListQuery } from '../src/modules/edges/index.ts';
import { createTypesService } from '../src/modules/types/index.ts';
import type { Caller } from '../src/platform/caller.ts';
import type { Database } from '../src/platform/database/database.ts';
import { openDatabase } from '../src/platform/database/open-database.ts';
import { createLogger } from '../src/platform/logger.ts';
import { aCaller, SPACE } from './support/a-caller.ts';
import { createProfile, DIALECTS, type Profile } from './support/profiles.ts';
import { analyze, dearSteps, planOf, recordQueries } from './support/query-plans.ts';

const ITEMS = 220;

const admin = aCaller();
const member = aCaller({
  role: 'member',
  type_permissions: { 'core.note': 'read' },
  edge_permissions: { '*': 'read' },
});
/** Reads hardly anything of what there is. */
const stranger: Caller = { ...member, type_permissions: { 'core.task': 'read' } };

describe.each(DIALECTS)('A list of edges on %s', (dialect) => {
  let profile: Profile;
  let database: Database;
  beforeAll(async () => {
    profile = await createProfile(dialect);
    database = await openDatabase(readEnvironment(profile.variables, '/').database, createLogger('silent'));
    await fill(database);
    await analyze(database);
  });
  afterAll(async () => {
    await database.close();
    await profile.dispose();
  });

  const end = (side: 'source_id' | 'target_id') => ({ side, itemId: '0198c000-0000-7000-8000-000000000001' });

  it.each<[string, Caller, Partial<EdgeListQuery>]>([
    ['all types', admin, {}],
    ['one type', admin, { edgeTypes: ['about'] }],
    ['some types', admin, { edgeTypes: ['about', 'references', 'derived-from'] }],
    ['what a member reads', member, {}],
    ['all from an item', admin, { end: end('source_id') }],
    ['all to an item, for a member', member, { end: end('target_id') }],
    ['one type from an item', member, { end: end('source_id'), edgeTypes: ['about'] }],
    ['what hardly anybody reads', stranger, { edgeTypes: ['about'] }],
  ])('of %s reads an index in its order, and never without end', async (_what, caller, query) => {
    const { queryable, queries } = recordQueries(database);
    const list = createEdgeList({ read: queryable }, createTypesService({ database }));
    const page = await list(caller, { limit: 20, ...query });
    expect(page.has_more).toBe(true);
    expect(page.data).toHaveLength(caller === stranger ? 0 : 20);
    await list(caller, { limit: 20, ...query, cursor: page.cursor ?? undefined });
    expect(queries().length).toBeGreaterThan(0);
    for (const compiled of queries()) {
      const steps = await planOf(database, compiled);
      expect(dearSteps(steps), `${compiled.sql}\n${steps.join('\n')}`).toEqual([]);
    }
  });
});

/** Every note related to every other, in four types: many edges on few items. */
async function fill(database: Database): Promise<void> {
  const numbers = sql`(with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${sql.lit(ITEMS)}) select n from numbers)`;
  const at = sql`'2026-01-01T00:00:00.000Z'`;
  const hex = (value: string) =>
    database.dialect === 'sqlite'
      ? sql`printf('%012x', ${sql.raw(value)})`
      : sql`lpad(to_hex(${sql.raw(value)}), 12, '0')`;
  await database.write(async (transaction) => {
    await sql`insert into spaces (id, name, created_at) values (${SPACE}, 'Plans', ${at})`.execute(transaction);
    await sql`
      insert into items (id, space_id, type, properties, state, tier, version, schema_version, source, timestamp, created_at, updated_at)
      select '0198c000-0000-7000-8000-' || ${hex('n')}, ${SPACE}, 'core.note', '{}', 'active', 'library', 1, '1.0.0', 'plans',
        ${at}, ${at}, ${at} from ${numbers} as numbers`.execute(transaction);
    await sql`
      insert into edges (id, space_id, source_id, target_id, edge_type, properties, created_at, updated_at)
      select '0198c000-0000-7001-8000-' || ${hex('a.n * 1000 + b.n')}, ${SPACE}, '0198c000-0000-7000-8000-' || ${hex('a.n')},
        '0198c000-0000-7000-8000-' || ${hex('b.n')},
        case (a.n + b.n) % 4 when 0 then 'about' when 1 then 'references' when 2 then 'derived-from' else 'authored-by' end,
        '{}', ${at}, ${at} from ${numbers} as a cross join ${numbers} as b`.execute(transaction);
  });
}

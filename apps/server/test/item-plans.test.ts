import { CORE_TYPES, type ListItemsQuery, ListItemsQuerySchema } from '@withmarfa/shared';
import { sql } from 'kysely';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readEnvironment } from '../src/env.ts';
import { createItemList } from '../src/modules/items/index.ts';
import { createTypesService } from '../src/modules/types/index.ts';
import type { Caller } from '../src/platform/caller.ts';
import type { Database } from '../src/platform/database/database.ts';
import { openDatabase } from '../src/platform/database/open-database.ts';
import { aCaller, SPACE } from './support/a-caller.ts';
import { createProfile, DIALECTS, type Profile } from './support/profiles.ts';
import { analyze, dearSteps, planOf, recordQueries } from './support/query-plans.ts';

const ROWS = 30_000;
const TYPES = CORE_TYPES.map((type) => type.id);

const admin = aCaller();
/** May read most types, but not all: more than are looked up one by one. */
const reader = aCaller({ role: 'member', type_permissions: { '*': 'read', 'core.message': 'none' } });

/** Which list, by whom, and what may be sorted: the few items that a rare tag leads to. */
const LISTS: [what: string, query: Record<string, string>, caller?: Caller, sorts?: boolean][] = [
  ['everything', {}],
  ['everything from a time to another', { since: '2026-01-01T01:00:00Z', until: '2026-01-01T04:00:00Z' }],
  ['one type', { type: 'core.note' }],
  ['a type and its subtypes', { type: 'core.media' }],
  ['rows of the platform', { type: 'system.activity' }],
  ['rows of the catalogue', { type: 'system.integration' }],
  ['most types', {}, reader],
  ['a source', { source: 'nobody' }],
  ['a tier', { tier: 'feed' }],
  ['a filter', { filter: 'properties.n eq -1 or version gt 5' }],
  ['a filter on a type', { filter: 'properties.n gt 10', type: 'core.task' }],
  ['a common tag', { tags: 'common' }],
  ['a rare tag', { tags: 'common,rare' }, admin, true],
  ['a tag that nothing carries', { tags: 'none' }, admin, true],
];
const ORDERS = (['created_at', 'updated_at', 'timestamp'] as const).flatMap((sort) =>
  (['asc', 'desc'] as const).map((direction) => ({ sort, direction })),
);

describe.each(DIALECTS)('The plans of lists on %s', (dialect) => {
  let profile: Profile;
  let database: Database;

  beforeAll(async () => {
    profile = await createProfile(dialect);
    const logger = pino({ level: 'silent' });
    database = await openDatabase(readEnvironment(profile.variables, '/').database, logger);
    await fill(database);
    await analyze(database);
  });
  afterAll(async () => {
    await database.close();
    await profile.dispose();
  });

  it.each(LISTS)('of %s read an index in its order', async (_what, input, caller = admin, sorts = false) => {
    for (const order of ORDERS) {
      const { queryable, queries } = recordQueries(database);
      const list = createItemList({ database, now: () => new Date() }, createTypesService({ database }));
      const query: ListItemsQuery = ListItemsQuerySchema.parse({ ...input, ...order, limit: '20' });
      const first = await list.list(queryable, caller, query);
      if (first.cursor) await list.list(queryable, caller, { ...query, cursor: first.cursor });
      expect(queries().length).toBeGreaterThan(0);
      for (const compiled of queries()) {
        const steps = await planOf(database, compiled);
        const dear = dearSteps(steps).filter((step) => !(sorts && /TEMP B-TREE|^Sort/.test(step)));
        expect(dear, `${compiled.sql}\n${steps.join('\n')}`).toEqual([]);
      }
    }
  });

  it('end a page where 20,000 rows have been looked at, with a cursor that goes on from there', async () => {
    const list = createItemList({ database, now: () => new Date() }, createTypesService({ database }));
    const query = ListItemsQuerySchema.parse({ filter: 'properties.n eq 1' });
    const first = await list.list(database.read, admin, query);
    expect(first).toMatchObject({ data: [], has_more: true });
    const second = await list.list(database.read, admin, { ...query, cursor: first.cursor ?? '' });
    expect(second).toMatchObject({ data: [{ properties: { n: 1 } }], has_more: false, cursor: null });
  });

  it('tell a plan that is dear', async () => {
    const { queryable, queries } = recordQueries(database);
    await queryable.selectFrom('items').selectAll().orderBy('device').limit(1).execute();
    const [query] = queries();
    if (!query) throw new Error('nothing was recorded');
    expect(dearSteps(await planOf(database, query)).length).toBeGreaterThan(0);
  });
});

async function fill(database: Database): Promise<void> {
  const count =
    database.dialect === 'sqlite'
      ? sql`with recursive numbers (n) as (select 1 union all select n + 1 from numbers where n < ${ROWS}) select n from numbers`
      : sql`select n from generate_series(1, cast(${ROWS} as integer)) as numbers (n)`;
  const hex = database.dialect === 'sqlite' ? sql`printf('%012x', n)` : sql`lpad(to_hex(n), 12, '0')`;
  const types = [...TYPES, 'system.activity', 'system.credential'];
  const type = sql`case n % ${sql.lit(types.length)} ${sql.join(
    types.map((name, index) => sql`when ${sql.lit(index)} then ${sql.lit(name)}`),
    sql` `,
  )} end`;
  const time = sql`'2026-01-01T0' || ((n / 3600) % 10) || ':' || substr('0' || ((n / 60) % 60), -2, 2) || ':00.000Z'`;
  const at =
    database.dialect === 'sqlite'
      ? time
      : sql`to_char(timestamp '2026-01-01' + n * interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS".000Z"')`;
  await database.write(async (transaction) => {
    await sql`insert into spaces (id, name, created_at) values (${SPACE}, 'Plans', '2026-01-01T00:00:00.000Z')`.execute(
      transaction,
    );
    await sql`
      insert into items (id, space_id, type, properties, state, tier, version, schema_version, source, timestamp, created_at, updated_at)
      select '0198c000-0000-7000-8000-' || ${hex}, ${SPACE}, ${type}, '{"n":' || n || '}',
        case when n % 10 = 0 then 'trashed' else 'active' end, case when n % 3 = 0 then 'feed' else 'library' end,
        1, '1.0.0', 'plans', ${at}, ${at}, ${at} from (${count}) as numbers`.execute(transaction);
    await sql`insert into item_tags (item_id, space_id, tag) select id, space_id, 'common' from items where version = 1 and state = 'active'`.execute(
      transaction,
    );
    await sql`insert into item_tags (item_id, space_id, tag) select id, space_id, 'rare' from items where id like '%00'`.execute(
      transaction,
    );
  });
}

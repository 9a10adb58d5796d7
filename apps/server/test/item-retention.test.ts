import { expect, it } from 'vitest';
import { createAuditService } from '../src/modules/audit/index.ts';
import { createEdgesService } from '../src/modules/edges/index.ts';
import { createTrashPurge, createVersionThinning } from '../src/modules/items/index.ts';
import { createTypesService } from '../src/modules/types/index.ts';
import { newId } from '../src/platform/ids.ts';
import { describeDatabase } from './support/describe-database.ts';

const DAY_MS = 86_400_000;
const NOW = new Date('2026-06-15T12:00:00.000Z');
const daysAgo = (days: number) => new Date(NOW.getTime() - days * DAY_MS).toISOString();

describeDatabase('Retention of items', (under) => {
  const now = () => NOW;

  async function aSpaceWith(items: { state: string; age: number; type?: string }[]) {
    const spaceId = newId();
    const rows = items.map(({ state, age, type = 'core.note' }) => ({
      id: newId(),
      space_id: spaceId,
      type,
      properties: '{}',
      state,
      tier: 'library',
      version: 1,
      schema_version: '1.0.0',
      source: 'tests',
      source_id: null,
      device: null,
      capture_latitude: null,
      capture_longitude: null,
      timestamp: daysAgo(age),
      created_at: daysAgo(age),
      updated_at: daysAgo(age),
    }));
    await under.database.write(async (transaction) => {
      await transaction
        .insertInto('spaces')
        .values({ id: spaceId, name: 'x', created_at: daysAgo(0), revision: 0, config: '{}' })
        .execute();
      for (const row of rows) await transaction.insertInto('items').values(row).execute();
    });
    const left = async () => {
      const found = await under.database.read
        .selectFrom('items')
        .select('id')
        .where('space_id', '=', spaceId)
        .execute();
      return rows.map((row) => found.some(({ id }) => id === row.id));
    };
    return { spaceId, ids: rows.map((row) => row.id), left };
  }

  const purge = (days: number, own: [string, number][] = []) => {
    const audit = createAuditService({ database: under.database, now, newId } as Parameters<
      typeof createAuditService
    >[0]);
    const spaceConfig = { retentionDays: () => Promise.resolve(new Map(own)) };
    const platform = { database: under.database, now, newId } as Parameters<typeof createEdgesService>[0];
    const edges = createEdgesService(platform, createTypesService({ database: under.database }), audit);
    return createTrashPurge({ platform, edges, audit, spaceConfig, days })();
  };

  it('purges what has been in the trash for longer than the server keeps it, and nothing else', async () => {
    const { spaceId, ids, left } = await aSpaceWith([
      { state: 'trashed', age: 61 },
      { state: 'trashed', age: 59 },
      { state: 'archived', age: 900 },
      { state: 'active', age: 900 },
      { state: 'revoked', age: 900, type: 'system.connection' },
    ]);
    await purge(0);
    expect(await left()).toEqual([true, true, true, true, true]);
    await purge(60);
    expect(await left()).toEqual([false, true, true, true, true]);
    const audit = await under.database.read
      .selectFrom('audit_log')
      .selectAll()
      .where('space_id', '=', spaceId)
      .execute();
    expect(audit.map((row) => [row.action, row.key_id, JSON.parse(row.details)])).toEqual([
      ['item.purge', null, { reason: 'trash_retention', count: 1, ids: [ids[0]] }],
    ]);
  });

  it('keeps to what a space says for itself', async () => {
    const short = await aSpaceWith([{ state: 'trashed', age: 2 }]);
    const long = await aSpaceWith([{ state: 'trashed', age: 900 }]);
    await purge(60, [
      [short.spaceId, 1],
      [long.spaceId, 0],
    ]);
    expect([await short.left(), await long.left()]).toEqual([[false], [true]]);
  });

  it('purges more than fit one transaction', async () => {
    const { left } = await aSpaceWith(Array.from({ length: 230 }, () => ({ state: 'trashed', age: 61 })));
    await purge(60);
    expect((await left()).filter(Boolean)).toEqual([]);
  });

  it('thins the versions of every item, in several steps if need be', async () => {
    const { spaceId, ids } = await aSpaceWith(Array.from({ length: 30 }, () => ({ state: 'active', age: 0 })));
    const versions = ids.flatMap((item_id) =>
      Array.from({ length: 100 }, (_, index) => ({
        item_id,
        space_id: spaceId,
        version: index + 1,
        properties: '{}',
        device: null,
        // Ten a day, on ten days that are over.
        created_at: daysAgo(20 - Math.floor(index / 10) - (index % 10) / 100),
      })),
    );
    await under.database.write(async (transaction) => {
      for (let from = 0; from < versions.length; from += 500)
        await transaction
          .insertInto('item_versions')
          .values(versions.slice(from, from + 500))
          .execute();
    });
    const policy = { recentDays: 7, dailyDays: 30, weeklyDays: 365, maxVersions: 200 };
    await createVersionThinning({ database: under.database, now }, policy)();
    const left = await under.database.read
      .selectFrom('item_versions')
      .select(['item_id', 'version'])
      .where('space_id', '=', spaceId)
      .orderBy('version')
      .execute();
    for (const id of ids) {
      const own = left.filter((row) => row.item_id === id).map((row) => row.version);
      // The last of each day that is older than a week, and all that are not.
      const kept = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
      expect(own.filter((version) => version <= 120)).toEqual(kept);
    }
  });
});

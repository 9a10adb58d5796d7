import { expect, it } from 'vitest';
import { createAuditService } from '../src/modules/audit/index.ts';
import { createSpaceConfig } from '../src/modules/types/index.ts';
import { newId } from '../src/platform/ids.ts';
import type { Platform } from '../src/platform/platform.ts';
import { describeDatabase } from './support/describe-database.ts';

const NOW = new Date('2026-06-30T12:00:00.000Z');
const AGES = [1, 10, 50, 200];

describeDatabase('The audit log', (under) => {
  async function aSpaceThatKeeps(days: number | null): Promise<string> {
    const id = newId();
    const config = days === null ? '{}' : JSON.stringify({ retention: { audit_retention_days: days } });
    await under.database.write(async (transaction) => {
      await transaction
        .insertInto('spaces')
        .values({ id, name: 'Space', created_at: NOW.toISOString(), config })
        .execute();
      for (const age of AGES) {
        const audit = createAuditService({
          database: under.database,
          newId,
          now: () => new Date(NOW.getTime() - age * 86_400_000),
        } as unknown as Platform);
        const event = { action: 'item.create', resource_type: 'item', resource_id: String(age) };
        await audit.record(transaction, { keyId: null, spaceId: id, clientIp: null }, event);
      }
    });
    return id;
  }

  it('is kept as long as each space says, and else as long as the server does', async () => {
    const platform = { database: under.database, newId, now: () => NOW } as unknown as Platform;
    const audit = createAuditService(platform);
    const config = createSpaceConfig(platform, audit);
    const spaces = [null, 5, 100, 0];
    const ids = await Promise.all(spaces.map(aSpaceThatKeeps));
    const kept = () =>
      Promise.all(
        ids.map(async (id) => {
          const rows = await under.database.read
            .selectFrom('audit_log')
            .select('resource_id')
            .where('space_id', '=', id)
            .execute();
          return rows.map((row) => Number(row.resource_id)).sort((a, b) => a - b);
        }),
      );
    await audit.prune(0, await config.retentionDays('audit_retention_days'));
    expect(await kept()).toEqual([AGES, [1], [1, 10, 50], AGES]);
    await audit.prune(20, await config.retentionDays('audit_retention_days'));
    expect(await kept()).toEqual([[1, 10], [1], [1, 10, 50], AGES]);
  });
});

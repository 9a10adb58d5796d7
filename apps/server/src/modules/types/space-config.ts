import { type SpaceConfig, SpaceConfigSchema } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { toTenantId } from '../../platform/database/null-space.ts';
import type { Platform } from '../../platform/platform.ts';
import type { AuditService } from '../audit/index.ts';
import { openForChange } from './types-store.ts';

export interface SpaceConfigService {
  replace(transaction: Transaction, caller: Caller, config: SpaceConfig): Promise<SpaceConfig>;
  /** The spaces that keep something for another time than the server does, in days; 0 is for ever. */
  retentionDays(what: keyof SpaceConfig['retention']): Promise<Map<string, number>>;
}

/** The levers of a space; the catalogue carries them to where they are obeyed. */
export function createSpaceConfig(platform: Platform, audit: AuditService): SpaceConfigService {
  return {
    async replace(transaction, caller, config) {
      const { config: before } = await openForChange(transaction, platform, caller.spaceId);
      const text = JSON.stringify(config);
      if (text === JSON.stringify(before)) return before;
      await transaction.updateTable('spaces').set({ config: text }).where('id', '=', caller.spaceId).execute();
      await audit.record(transaction, caller, {
        action: 'tenant.update',
        resource_type: 'tenant',
        resource_id: toTenantId(caller.spaceId),
        details: { config },
      });
      return config;
    },

    async retentionDays(what) {
      const rows = await platform.database.read
        .selectFrom('spaces')
        .select(['id', 'config'])
        .where('config', '<>', '{}')
        .execute();
      return new Map(
        rows.flatMap(({ id, config }) => {
          const days = SpaceConfigSchema.parse(JSON.parse(config)).retention[what];
          return days === undefined ? [] : [[id, days] as const];
        }),
      );
    },
  };
}

import {
  type ActivityInput,
  type ActivityProperties,
  ActivityPropertiesSchema,
  type Severity,
} from '@withmarfa/shared';
import { activityTier } from '../../platform/activity-tier.ts';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { jsonText } from '../../platform/database/json-text.ts';
import type { Platform } from '../../platform/platform.ts';
import { insertSystemItem, PLATFORM_SOURCE } from '../../platform/system-items.ts';

/** An activity row as pages show it. */
export interface ActivityEntry extends ActivityProperties {
  id: string;
  at: string;
}

export interface ActivityService {
  /** Tells something about a Connection. @returns the row's id. */
  record(transaction: Transaction, spaceId: string, connectionId: string, activity: ActivityInput): Promise<string>;
  /** The newest rows of a space that nobody has dismissed, of one Connection or severity if given. */
  newest(
    queryable: Queryable,
    spaceId: string,
    options: { limit: number; connectionId?: string; severity?: Severity },
  ): Promise<ActivityEntry[]>;
}

/** `system.activity` rows: what an operator should know. */
export function createActivityService({ database, newId, now }: Platform): ActivityService {
  return {
    async record(transaction, spaceId, connectionId, activity) {
      const id = newId();
      const properties = ActivityPropertiesSchema.parse({ connection_id: connectionId, ...activity });
      await insertSystemItem(transaction, {
        id,
        spaceId,
        type: 'system.activity',
        properties,
        source: PLATFORM_SOURCE,
        tier: await activityTier(transaction, connectionId),
        at: now(),
      });
      return id;
    },

    async newest(queryable, spaceId, { limit, connectionId, severity }) {
      const rows = await queryable
        .selectFrom('items')
        .select(['id', 'properties', 'created_at'])
        .where('space_id', '=', spaceId)
        .where('type', '=', 'system.activity')
        .where('state', '=', 'active')
        .$if(connectionId !== undefined, (select) =>
          select.where(jsonText(database.dialect, 'properties', 'connection_id'), '=', connectionId ?? ''),
        )
        .$if(severity !== undefined, (select) =>
          select.where(jsonText(database.dialect, 'properties', 'severity'), '=', severity ?? ''),
        )
        .orderBy('created_at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map((row) => ({
        ...(JSON.parse(row.properties) as ActivityProperties),
        id: row.id,
        at: row.created_at,
      }));
    },
  };
}

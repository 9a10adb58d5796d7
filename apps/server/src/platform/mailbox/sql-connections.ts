import type { Connections } from '@withmarfa/engine';
import type { Registration, RuntimeStatus } from '@withmarfa/shared';
import type { Database } from '../database/database.ts';

export function createSqlConnections(database: Database): Connections {
  return {
    async load(connectionId) {
      const row = await database.read
        .selectFrom('connections')
        .leftJoin('connection_renewals as renewal', 'renewal.connection_id', 'connections.id')
        .selectAll('connections')
        .select(['renewal.registrations', 'renewal.told_activity_id'])
        .where('connections.id', '=', connectionId)
        .executeTakeFirst();
      if (!row) return null;
      return {
        connectionId,
        spaceId: row.space_id,
        integrationName: row.integration_name,
        label: row.label,
        active: row.active === 1,
        runtimeStatus: row.runtime_status as RuntimeStatus,
        consecutiveFailures: row.consecutive_failures,
        actionRequired: row.action_required === 1,
        configuration: JSON.parse(row.configuration) as Record<string, unknown>,
        cursors: JSON.parse(row.cursors) as Record<string, unknown>,
        registrations: JSON.parse(row.registrations ?? '[]') as Registration[],
        renewalTold: row.told_activity_id !== null,
        handledDeliveries: JSON.parse(row.handled_deliveries) as string[],
        crons: JSON.parse(row.crons) as string[],
        scheduleArmed: row.due_at_ms !== null,
      };
    },
  };
}

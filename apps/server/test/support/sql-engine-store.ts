import type { EngineStore, PutConnection } from '@withmarfa/engine/contracts';
import type { Run, RunStatus, RunTrigger, RuntimeStatus, Severity } from '@withmarfa/shared';
import { readEnvironment } from '../../src/env.ts';
import type { Transaction } from '../../src/platform/database/database.ts';
import { openDatabase } from '../../src/platform/database/open-database.ts';
import { newId } from '../../src/platform/ids.ts';
import { createLogger } from '../../src/platform/logger.ts';
import { createSqlConnections } from '../../src/platform/mailbox/sql-connections.ts';
import { createSqlLeases } from '../../src/platform/mailbox/sql-leases.ts';
import { createSqlMailbox } from '../../src/platform/mailbox/sql-mailbox.ts';
import { createSqlRenewals } from '../../src/platform/mailbox/sql-renewals.ts';
import { createSqlSchedules } from '../../src/platform/mailbox/sql-schedules.ts';
import { insertSystemItem } from '../../src/platform/system-items.ts';
import type { Profile } from './profiles.ts';

/** The SQL ports over a profile's storage, with the windows the contract suites look through. */
export async function openSqlEngineStore({ variables, dataFolder }: Profile): Promise<EngineStore> {
  const database = await openDatabase(readEnvironment(variables, dataFolder).database, createLogger('silent'));
  const connectionRow = (id: string) =>
    database.read.selectFrom('connections').selectAll().where('id', '=', id).executeTakeFirstOrThrow();
  return {
    mailbox: createSqlMailbox(database, { newId }),
    leases: createSqlLeases(database),
    schedules: createSqlSchedules(database),
    renewals: createSqlRenewals(database),
    connections: createSqlConnections(database),
    putConnection: (connection) => database.write((transaction) => putConnection(transaction, connection)),

    async runs(connectionId) {
      const rows = await database.read
        .selectFrom('runs')
        .selectAll()
        .where('connection_id', '=', connectionId)
        .execute();
      return rows.map(
        ({ space_id: _space, error, replay_of, trigger, status, ...row }): Run => ({
          ...row,
          trigger: trigger as RunTrigger,
          status: status as RunStatus,
          ...(error === null ? {} : { error }),
          ...(replay_of === null ? {} : { replay_of }),
        }),
      );
    },

    async activity(connectionId) {
      const rows = await database.read
        .selectFrom('items')
        .select('properties')
        .where('type', '=', 'system.activity')
        .where('state', '=', 'active')
        .execute();
      return rows
        .map(
          (row) =>
            JSON.parse(row.properties) as {
              connection_id: string;
              severity: Severity;
              summary: string;
              detail: Record<string, unknown>;
            },
        )
        .filter((row) => row.connection_id === connectionId)
        .map(({ connection_id: _id, ...row }) => row);
    },

    cursors: async (connectionId) => JSON.parse((await connectionRow(connectionId)).cursors) as Record<string, unknown>,

    async health(connectionId) {
      const row = await connectionRow(connectionId);
      return {
        runtimeStatus: row.runtime_status as RuntimeStatus,
        consecutiveFailures: row.consecutive_failures,
        actionRequired: row.action_required === 1,
        lastSyncAtMs: row.last_sync_at_ms,
        lastErrorAtMs: row.last_error_at_ms,
      };
    },

    async renewalDueAtMs(connectionId) {
      const row = await database.read
        .selectFrom('connection_renewals')
        .select('due_at_ms')
        .where('connection_id', '=', connectionId)
        .executeTakeFirst();
      return row?.due_at_ms ?? null;
    },

    close: () => database.close(),
  };
}

async function putConnection(transaction: Transaction, connection: PutConnection): Promise<void> {
  const changes = {
    label: connection.label,
    active: connection.active ? 1 : 0,
    runtime_status: connection.runtimeStatus,
    consecutive_failures: connection.consecutiveFailures,
    action_required: connection.actionRequired ? 1 : 0,
    configuration: JSON.stringify(connection.configuration),
    crons: JSON.stringify(connection.crons),
    cursors: JSON.stringify(connection.cursors),
    handled_deliveries: JSON.stringify(connection.handledDeliveries),
  };
  const replaced = await transaction
    .updateTable('connections')
    .set(changes)
    .where('id', '=', connection.connectionId)
    .executeTakeFirst();
  if (replaced.numUpdatedRows > 0n) return;
  await createAround(transaction, connection);
  await transaction
    .insertInto('connections')
    .values({
      id: connection.connectionId,
      space_id: connection.spaceId,
      integration_id: integrationIdOf(connection),
      integration_name: connection.integrationName,
      integration_version: '1.0.0',
      credential_id: newId(),
      source: connection.connectionId,
      last_sync_at_ms: null,
      last_error_at_ms: null,
      type_permissions: '{}',
      extension_permissions: '{}',
      edge_permissions: '{}',
      tick_at_ms: null,
      due_at_ms: null,
      ...changes,
    })
    .execute();
}

/** One integration per Connection: its id is the Connection's with another first digit. */
function integrationIdOf({ connectionId }: PutConnection): string {
  return `i${connectionId.slice(1)}`;
}

async function createAround(transaction: Transaction, connection: PutConnection): Promise<void> {
  const { connectionId: id, spaceId } = connection;
  const at = new Date();
  await transaction
    .insertInto('spaces')
    .values({ id: spaceId, name: 'contract suite', created_at: at.toISOString() })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const integrationId = integrationIdOf(connection);
  for (const [itemId, type] of [
    [id, 'system.connection'],
    [integrationId, 'system.integration'],
  ] as const) {
    await insertSystemItem(transaction, { id: itemId, spaceId, type, properties: {}, source: 'tests', at });
  }
  await transaction
    .insertInto('integrations')
    .values({ id: integrationId, name: integrationId, version_key: '1.0.0', content_hash: '' })
    .execute();
}

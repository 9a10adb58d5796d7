import { MarfaError } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { UNFINISHED_STATES, WAITING } from '../../platform/database/index-hints.ts';
import { preparedQuery } from '../../platform/database/prepared-query.ts';
import { lockRows } from '../../platform/database/row-lock.ts';
import type { Platform } from '../../platform/platform.ts';
import { mergeSystemItem, revokeSystemItem } from '../../platform/system-items.ts';
import type { ActivityService } from '../activity/index.ts';
import type { AuditService } from '../audit/index.ts';
import type { KeysService } from '../keys/index.ts';
import { closeInboundWebhooks } from './close-inbound-webhooks.ts';
import type { ConnectionRow } from './connection-row.ts';
import { createReauthorization, type Reauthorization } from './reauthorization.ts';
import type { RenewalWishes } from './renewal-wishes.ts';

/** Every call through the proxy asks for one. */
const connectionById = preparedQuery<{ spaceId: string; id: string }, ConnectionRow>(
  ['spaceId', 'id'],
  (queryable, value) =>
    queryable.selectFrom('connections').selectAll().where('space_id', '=', value.spaceId).where('id', '=', value.id),
);

export interface UninstallReport {
  connection_id: string;
  revoked_credential_ids: string[];
  oauth_tokens_deleted: number;
  leased_tokens_revoked: number;
  inbound_webhooks_disabled: number;
  activity_id: string;
}

export interface ConnectionsService {
  /** @throws MarfaError `connection_not_found`, also for another space's and for a kind that is not an integration. */
  require(queryable: Queryable, spaceId: string, id: string): Promise<ConnectionRow>;
  /** As `require`; other writers of the Connection wait until the transaction ends. */
  lock(transaction: Transaction, spaceId: string, id: string): Promise<ConnectionRow>;
  /** The installed Connections of a space, newest first. */
  list(queryable: Queryable, spaceId: string): Promise<ConnectionRow[]>;
  /** Ends a Connection at once. */
  uninstall(transaction: Transaction, caller: Caller, id: string): Promise<UninstallReport>;
  /** Those of a credential that are active, locked. */
  lockUsers(transaction: Transaction, spaceId: string, credentialId: string): Promise<ConnectionRow[]>;
  reauthorization: Reauthorization;
}

export interface ConnectionsDeps {
  platform: Platform;
  keys: KeysService;
  activity: ActivityService;
  audit: AuditService;
  renewals: Pick<RenewalWishes, 'want'>;
  /** Tells that a Connection may have mail that it can work on. */
  ring(connectionId: string): void;
}

export function createConnectionsService({
  platform,
  keys,
  activity,
  audit,
  renewals,
  ring,
}: ConnectionsDeps): ConnectionsService {
  const { now } = platform;
  const reauthorization = createReauthorization(platform, { activity, audit, renewals, ring });

  async function require(queryable: Queryable, spaceId: string, id: string): Promise<ConnectionRow> {
    const row = (await connectionById(queryable, { spaceId, id })).rows[0];
    if (!row) throw notFound();
    return row;
  }

  async function lock(transaction: Transaction, spaceId: string, id: string): Promise<ConnectionRow> {
    const select = transaction
      .selectFrom('connections')
      .selectAll()
      .where('space_id', '=', spaceId)
      .where('id', '=', id);
    const row = await lockRows(select, platform.database.dialect).executeTakeFirst();
    if (!row) throw notFound();
    return row;
  }

  return {
    require,
    lock,
    reauthorization,

    lockUsers(transaction, spaceId, credentialId) {
      const select = transaction
        .selectFrom('connections')
        .selectAll()
        .where('space_id', '=', spaceId)
        .where('credential_ref', '=', credentialId)
        .where('active', '=', 1)
        .orderBy('id');
      return lockRows(select, platform.database.dialect).execute();
    },

    list: (queryable, spaceId) =>
      queryable.selectFrom('connections').selectAll().where('space_id', '=', spaceId).orderBy('id', 'desc').execute(),

    async uninstall(transaction, caller, id) {
      const row = await lock(transaction, caller.spaceId, id);
      if (row.active === 0) throw new MarfaError('validation_error', 'This connection has been uninstalled already.');
      const at = now();
      await transaction
        .updateTable('connections')
        .set({ active: 0, tick_at_ms: null, due_at_ms: null, reauth_reason: null, reauth_activity_id: null })
        .where('id', '=', id)
        .execute();
      const tokens = await transaction.deleteFrom('upstream_tokens').where('connection_id', '=', id).executeTakeFirst();
      const leases = await transaction
        .updateTable('leases')
        .set({ revoked_at: at.toISOString() })
        .where('connection_id', '=', id)
        .where('revoked_at', 'is', null)
        .where('expires_at_ms', '>', at.getTime())
        .executeTakeFirst();
      const inbound_webhooks_disabled = await closeInboundWebhooks(transaction, id, at);
      if (row.reauth_activity_id !== null)
        await revokeSystemItem(transaction, caller.spaceId, row.reauth_activity_id, at);
      await keys.revokeRuntimeKeys(transaction, caller.spaceId, id);
      await revokeSystemItem(transaction, caller.spaceId, row.credential_id, at);
      await dropRenewals(transaction, row, at);
      await dropWaitingMessages(transaction, id, at);
      await mergeSystemItem(transaction, caller.spaceId, id, {
        status: 'revoked',
        revoked_at: at.toISOString(),
        next_run_at: undefined,
      });
      await revokeSystemItem(transaction, caller.spaceId, id, at);
      const activity_id = await activity.record(transaction, caller.spaceId, id, {
        severity: 'info',
        summary: `${row.label} was uninstalled`,
        detail: { kind: 'uninstall' },
      });
      await audit.record(transaction, caller, {
        action: 'connection.uninstall',
        resource_type: 'connection',
        resource_id: id,
      });
      return {
        connection_id: id,
        revoked_credential_ids: [row.credential_id],
        oauth_tokens_deleted: Number(tokens.numDeletedRows),
        leased_tokens_revoked: Number(leases.numUpdatedRows),
        inbound_webhooks_disabled,
        activity_id,
      };
    },
  };
}

function notFound(): MarfaError {
  return new MarfaError('connection_not_found', 'There is no such connection.');
}

/** What is registered upstream runs out by itself: its account has been let go of already. */
async function dropRenewals(transaction: Transaction, { id, space_id }: ConnectionRow, at: Date): Promise<void> {
  const renewal = await transaction
    .deleteFrom('connection_renewals')
    .where('connection_id', '=', id)
    .returning('told_activity_id')
    .executeTakeFirst();
  if (renewal?.told_activity_id) await revokeSystemItem(transaction, space_id, renewal.told_activity_id, at);
}

async function dropWaitingMessages(transaction: Transaction, connectionId: string, at: Date): Promise<void> {
  const waiting = await transaction
    .deleteFrom('mailbox_messages')
    .where('connection_id', '=', connectionId)
    .where('state', 'in', UNFINISHED_STATES)
    .where('state', '=', WAITING)
    .returning('id')
    .execute();
  const ids = waiting.map((message) => message.id);
  if (ids.length === 0) return;
  await transaction
    .updateTable('runs')
    .set({ status: 'skipped', error: 'the connection was uninstalled', finished_at: at.toISOString() })
    .where('id', 'in', ids)
    .execute();
}

import { MarfaError, type RuntimeStatus, type UpdateConnectionInput } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import { afterCommit } from '../../platform/database/after-commit.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { mirrorConnection } from '../../platform/mailbox/mirror-connection.ts';
import type { Platform } from '../../platform/platform.ts';
import { editSystemItem, findSystemItem } from '../../platform/system-items.ts';
import type { ActivityService } from '../activity/index.ts';
import type { AuditService } from '../audit/index.ts';
import type { CredentialsService, UpstreamCredential } from '../credentials/index.ts';
import type { IntegrationsService } from '../integrations/index.ts';
import type { KeysService } from '../keys/index.ts';
import type { ConnectionRow } from './connection-row.ts';
import type { ConnectionsService } from './connections-service.ts';
import { checkConfiguration } from './install/check-configuration.ts';
import { provideCredential, wantedCredential } from './install/provide-credential.ts';
import type { RenewalWishes } from './renewal-wishes.ts';

export interface StatusChange {
  connection_id: string;
  runtime_status: RuntimeStatus;
  activity_id: string;
}

export interface Lifecycle {
  /** @throws MarfaError `connection_not_found`, `validation_error` when it is paused or uninstalled already. */
  pause(transaction: Transaction, caller: Caller, id: string): Promise<StatusChange>;
  /** @throws MarfaError `connection_not_found`, `validation_error` when it is not paused. */
  resume(transaction: Transaction, caller: Caller, id: string): Promise<StatusChange>;
  /** @throws MarfaError `connection_not_found`, `validation_error` with every fault of the settings. */
  update(
    transaction: Transaction,
    caller: Caller,
    change: { id: string; input: UpdateConnectionInput },
  ): Promise<ConnectionRow>;
  /** Takes the Connections back to work that waited for what has been replaced. */
  credentialRenewed(transaction: Transaction, credential: UpstreamCredential): Promise<void>;
}

export interface LifecycleDeps {
  platform: Platform;
  connections: ConnectionsService;
  credentials: CredentialsService;
  integrations: IntegrationsService;
  keys: KeysService;
  activity: ActivityService;
  audit: AuditService;
  renewals: Pick<RenewalWishes, 'want'>;
  /** Tells that a Connection may have mail that it can work on. */
  ring(connectionId: string): void;
}

/** Refusals of a client id or secret, which a person mends on the credential. */
const CLIENT_REASONS = ['invalid_client', 'unauthorized_client'];

/** What people do with a Connection between its installation and its end. */
export function createLifecycle(deps: LifecycleDeps): Lifecycle {
  const { platform, connections, credentials, integrations, keys, activity, audit, renewals, ring } = deps;
  const { database, now } = platform;
  const { reauthorization } = connections;

  async function changeStatus(
    transaction: Transaction,
    caller: Caller,
    {
      row,
      status,
      kind,
      words,
    }: { row: ConnectionRow; status: RuntimeStatus; kind: 'pause' | 'resume'; words: string },
  ): Promise<StatusChange> {
    const changed = { ...row, runtime_status: status };
    await transaction.updateTable('connections').set({ runtime_status: status }).where('id', '=', row.id).execute();
    await mirrorConnection(transaction, changed);
    const activity_id = await activity.record(transaction, row.space_id, row.id, {
      severity: 'info',
      summary: `${row.label} ${words}`,
      detail: { kind },
    });
    await audit.record(transaction, caller, {
      action: `connection.${kind}`,
      resource_type: 'connection',
      resource_id: row.id,
    });
    return { connection_id: row.id, runtime_status: status, activity_id };
  }

  return {
    async pause(transaction, caller, id) {
      const row = await lockActive(connections, transaction, caller, id);
      if (row.runtime_status === 'paused')
        throw new MarfaError('validation_error', 'This connection is paused already.');
      // A run under way loses its access with this, and gets no other.
      await keys.revokeRuntimeKeys(transaction, caller.spaceId, id);
      return changeStatus(transaction, caller, { row, status: 'paused', kind: 'pause', words: 'was paused' });
    },

    async resume(transaction, caller, id) {
      const row = await lockActive(connections, transaction, caller, id);
      if (row.runtime_status !== 'paused') throw new MarfaError('validation_error', 'This connection is not paused.');
      const status = row.reauth_reason === null ? 'healthy' : 'reauth_required';
      afterCommit(transaction, () => ring(id));
      return changeStatus(transaction, caller, { row, status, kind: 'resume', words: 'was resumed' });
    },

    async update(transaction, caller, { id, input }) {
      const row = await lockActive(connections, transaction, caller, id);
      const manifest = await integrations.manifestOf(row.integration_id);
      const changes: Partial<ConnectionRow> = {};
      if (input.label !== undefined) changes.label = input.label;
      if (input.feed_activity !== undefined) changes.feed_activity = input.feed_activity ? 1 : 0;
      if (input.configuration !== undefined)
        changes.configuration = JSON.stringify(checkConfiguration(manifest, input.configuration));
      if (input.credential_ref !== undefined) {
        const brought = { credentialRef: input.credential_ref };
        changes.credential_ref = await provideCredential(
          transaction,
          { caller, manifest, brought },
          { database, credentials },
        );
      }
      const after = { ...row, ...changes };
      if (Object.keys(changes).length > 0)
        await transaction.updateTable('connections').set(changes).where('id', '=', id).execute();
      await showOnItem(transaction, after);
      // What is registered follows the settings.
      if (input.configuration !== undefined) await renewals.want(transaction, after);
      const isNewCredential = after.credential_ref !== row.credential_ref;
      if (isNewCredential && wantedCredential(manifest) === 'oauth_token') await disconnect(transaction, after);
      else if (input.credential_ref !== undefined) await reauthorization.solve(transaction, after);
      await audit.record(transaction, caller, {
        action: 'connection.update',
        resource_type: 'connection',
        resource_id: id,
        details: { changed: Object.keys(input).sort() },
      });
      return connections.require(transaction, caller.spaceId, id);
    },

    async credentialRenewed(transaction, { spaceId, id, kind }) {
      for (const row of await connections.lockUsers(transaction, spaceId, id)) {
        const solves = kind === 'api_token' || CLIENT_REASONS.includes(row.reauth_reason ?? '');
        if (solves) await reauthorization.solve(transaction, row);
      }
    },
  };

  /** Tokens belong to the client that they were granted to: another client begins without any. */
  async function disconnect(transaction: Transaction, row: ConnectionRow): Promise<void> {
    await transaction.deleteFrom('upstream_tokens').where('connection_id', '=', row.id).execute();
    await reauthorization.begin(transaction, row);
  }

  async function showOnItem(transaction: Transaction, row: ConnectionRow): Promise<void> {
    const item = await findSystemItem(transaction, row.space_id, row.id, 'system.connection');
    const properties = {
      ...item?.properties,
      label: row.label,
      configuration: JSON.parse(row.configuration) as Record<string, unknown>,
      ...(row.credential_ref === null ? {} : { credential_ref: row.credential_ref }),
      feed_activity: row.feed_activity === 1,
    };
    await editSystemItem(transaction, row.space_id, row.id, { properties, at: now() });
  }
}

/** @throws MarfaError `connection_not_found`, `validation_error` when it has been uninstalled. */
export async function lockActive(
  connections: ConnectionsService,
  transaction: Transaction,
  caller: Pick<Caller, 'spaceId'>,
  id: string,
): Promise<ConnectionRow> {
  const row = await connections.lock(transaction, caller.spaceId, id);
  if (row.active === 1) return row;
  throw new MarfaError('validation_error', 'This connection has been uninstalled.');
}

import { planNextTick } from '@withmarfa/engine';
import { type ConnectionProperties, type Integration, MarfaError } from '@withmarfa/shared';
import type { Caller } from '../../../platform/caller.ts';
import { advisoryLock } from '../../../platform/database/advisory-lock.ts';
import type { Transaction } from '../../../platform/database/database.ts';
import { placeOfNewest } from '../../../platform/event-log/place-of-newest.ts';
import type { Platform } from '../../../platform/platform.ts';
import { insertSystemItem } from '../../../platform/system-items.ts';
import { candidateSources } from './candidate-sources.ts';
import { type Consent, permissionsOf } from './consent.ts';
import type { WantedCredential } from './provide-credential.ts';

export interface NewConnection {
  caller: Caller;
  integration: Integration;
  consent: Consent;
  connectionId: string;
  /** Of its runtime credential. */
  credentialId: string;
  wanted: WantedCredential;
  /** Of the upstream credential. */
  credentialRef: string | null;
  configuration: Record<string, unknown>;
  label: string;
}

/**
 * Writes the `system.connection` with its row, and arms its schedule. Until an OAuth account is connected it waits for a
 * person.
 * @throws MarfaError `conflict` when every source that its writes could carry is taken.
 */
export async function createConnection(
  transaction: Transaction,
  connection: NewConnection,
  { database, now }: Pick<Platform, 'database' | 'now'>,
): Promise<void> {
  const { caller, integration, consent, connectionId, credentialRef, configuration, label } = connection;
  const { manifest } = integration;
  const at = now();
  const crons = consent.triggers.flatMap((trigger) => (trigger.type === 'schedule' ? [trigger.config.cron] : []));
  const tick = crons.length > 0 ? planNextTick(crons, { connectionId, afterMs: at.getTime() }) : null;
  const runtime_status = connection.wanted === 'oauth_token' ? 'reauth_required' : 'healthy';
  const properties: ConnectionProperties = {
    kind: 'integration',
    status: 'active',
    granted_at: at.toISOString(),
    label,
    integration_ref: integration.id,
    ...(credentialRef === null ? {} : { credential_ref: credentialRef }),
    configuration,
    direction: manifest.direction,
    triggers: consent.triggers,
    runtime_compatibility: manifest.runtime_compatibility,
    runtime_status,
    ...(tick ? { next_run_at: new Date(tick.dueAtMs).toISOString() } : {}),
  };
  await insertSystemItem(transaction, {
    id: connectionId,
    spaceId: caller.spaceId,
    type: 'system.connection',
    properties,
    source: caller.source,
    at,
  });
  // Its own beginning is in the log by now; what comes behind it is its business.
  const born = await placeOfNewest(transaction, database.dialect, { spaceId: caller.spaceId, subjectId: connectionId });
  const since = consent.triggers.some(({ type }) => type === 'item-event') ? born : null;
  const permissions = permissionsOf(consent);
  const row = {
    id: connectionId,
    space_id: caller.spaceId,
    integration_id: integration.id,
    integration_name: integration.manifest_name,
    integration_version: integration.manifest_version,
    credential_id: connection.credentialId,
    label,
    active: 1,
    runtime_status,
    consecutive_failures: 0,
    action_required: 0,
    last_sync_at_ms: null,
    last_error_at_ms: null,
    type_permissions: JSON.stringify(permissions.type_permissions),
    extension_permissions: JSON.stringify(permissions.extension_permissions),
    edge_permissions: JSON.stringify(permissions.edge_permissions),
    configuration: JSON.stringify(configuration),
    crons: JSON.stringify(crons),
    cursors: '{}',
    tick_at_ms: tick?.tickAtMs ?? null,
    due_at_ms: tick?.dueAtMs ?? null,
    credential_ref: credentialRef,
    consent: JSON.stringify(consent),
    reauth_reason: connection.wanted === 'oauth_token' ? 'not_connected' : null,
    reauth_activity_id: null,
    told_since_tx: since?.tx ?? null,
    told_since_seq: since?.seq ?? null,
  };
  await advisoryLock(transaction, database.dialect, `${caller.spaceId}:sources`);
  for (const source of await candidateSources(transaction, caller.spaceId, integration.manifest_name, connectionId)) {
    // The unique index decides between installs at the same moment; who loses the name takes the longer one.
    const result = await transaction
      .insertInto('connections')
      .values({ ...row, source })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if ((result.numInsertedOrUpdatedRows ?? 0n) > 0n) return;
  }
  throw new MarfaError('conflict', `No source is left for ${integration.manifest_name} in this space.`);
}

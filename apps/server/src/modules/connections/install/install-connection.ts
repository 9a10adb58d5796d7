import { planNextTick } from '@withmarfa/engine';
import { type ConnectionProperties, type InstallInput, type Integration, MarfaError } from '@withmarfa/shared';
import type { Caller } from '../../../platform/caller.ts';
import { advisoryLock } from '../../../platform/database/advisory-lock.ts';
import type { Transaction } from '../../../platform/database/database.ts';
import type { Platform } from '../../../platform/platform.ts';
import { insertSystemItem } from '../../../platform/system-items.ts';
import type { ActivityService } from '../../activity/index.ts';
import type { AuditService } from '../../audit/index.ts';
import type { IntegrationsService } from '../../integrations/index.ts';
import type { TypesService } from '../../types/index.ts';
import { candidateSources } from './candidate-sources.ts';
import { checkConfiguration } from './check-configuration.ts';
import { checkCredential } from './check-credential.ts';
import { checkManifest } from './check-manifest.ts';
import { checkRuntime } from './check-runtime.ts';
import { consentedPermissions } from './consented-permissions.ts';

export interface Installed {
  connection_id: string;
  credential_id: string;
  activity_id: string;
}

export interface Installer {
  /**
   * Installs one version of an integration. The steps run in the order of the install flow and share one transaction:
   * when one fails, all before it are undone.
   */
  install(caller: Caller, input: InstallInput): Promise<Installed>;
}

export interface InstallerDeps {
  platform: Platform;
  types: TypesService;
  integrations: IntegrationsService;
  activity: ActivityService;
  audit: AuditService;
}

export function createInstaller({ platform, types, integrations, activity, audit }: InstallerDeps): Installer {
  const { database, newId, now } = platform;

  return {
    async install(caller, input) {
      const integration = await integrations.get(input.integration_id);
      const manifest = checkManifest(integration.manifest, await types.of(caller));
      checkRuntime(manifest, input.runtime);
      const configuration = checkConfiguration(manifest, input.configuration);

      return database.write(async (transaction) => {
        await checkCredential(transaction, caller.spaceId, manifest, input.credential_ref);
        const connectionId = newId();
        const credentialId = await createRuntimeCredential(transaction, caller, integration, connectionId);
        const label = input.label ?? integration.manifest_name;
        await createConnection(transaction, {
          caller,
          integration,
          connectionId,
          credentialId,
          configuration,
          label,
          credentialRef: input.credential_ref,
        });
        const activityId = await activity.record(transaction, caller.spaceId, connectionId, {
          severity: 'info',
          summary: `${label} ${integration.manifest_version} was installed`,
          detail: { kind: 'install' },
        });
        await audit.record(transaction, caller, {
          action: 'connection.install',
          resource_type: 'connection',
          resource_id: connectionId,
          details: { integration: integration.manifest_name, version: integration.manifest_version },
        });
        return { connection_id: connectionId, credential_id: credentialId, activity_id: activityId };
      });
    },
  };

  /** The credential's identity; its short-lived secrets are minted when a run needs one. */
  async function createRuntimeCredential(
    transaction: Transaction,
    caller: Caller,
    integration: Integration,
    connectionId: string,
  ): Promise<string> {
    const id = newId();
    await insertSystemItem(transaction, {
      id,
      spaceId: caller.spaceId,
      type: 'system.credential',
      properties: {
        label: `${integration.manifest_name} runtime`,
        kind: 'api_key',
        scopes: [],
        connection_id: connectionId,
      },
      source: caller.source,
      at: now(),
    });
    return id;
  }

  interface NewConnection {
    caller: Caller;
    integration: Integration;
    connectionId: string;
    credentialId: string;
    configuration: Record<string, unknown>;
    label: string;
    credentialRef: string | undefined;
  }

  async function createConnection(transaction: Transaction, connection: NewConnection): Promise<void> {
    const { caller, integration, connectionId, credentialId, configuration, label, credentialRef } = connection;
    const { manifest } = integration;
    const at = now();
    const crons = manifest.triggers.flatMap((trigger) => (trigger.type === 'schedule' ? [trigger.config.cron] : []));
    const tick = crons.length > 0 ? planNextTick(crons, { connectionId, afterMs: at.getTime() }) : null;
    const properties: ConnectionProperties = {
      kind: 'integration',
      status: 'active',
      granted_at: at.toISOString(),
      label,
      integration_ref: integration.id,
      ...(credentialRef === undefined ? {} : { credential_ref: credentialRef }),
      configuration,
      direction: manifest.direction,
      triggers: manifest.triggers,
      runtime_compatibility: manifest.runtime_compatibility,
      runtime_status: 'healthy',
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
    const permissions = consentedPermissions(manifest);
    const row = {
      id: connectionId,
      space_id: caller.spaceId,
      integration_id: integration.id,
      integration_name: integration.manifest_name,
      integration_version: integration.manifest_version,
      credential_id: credentialId,
      label,
      active: 1,
      runtime_status: 'healthy',
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
}

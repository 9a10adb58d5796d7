import { planNextTick } from '@withmarfa/engine';
import { type IntegrationManifest, MarfaError, type NewInboundWebhook, type UpgradeDelta } from '@withmarfa/shared';
import type { Caller } from '../../../platform/caller.ts';
import type { Transaction } from '../../../platform/database/database.ts';
import { placeOfNewest } from '../../../platform/event-log/place-of-newest.ts';
import type { Platform } from '../../../platform/platform.ts';
import { editSystemItem, findSystemItem } from '../../../platform/system-items.ts';
import type { ActivityService } from '../../activity/index.ts';
import type { AuditService } from '../../audit/index.ts';
import type { IntegrationsService } from '../../integrations/index.ts';
import type { KeysService } from '../../keys/index.ts';
import type { TypesService } from '../../types/index.ts';
import { closeInboundWebhooks } from '../close-inbound-webhooks.ts';
import type { ConnectionRow } from '../connection-row.ts';
import type { ConnectionsService } from '../connections-service.ts';
import { checkConfiguration } from '../install/check-configuration.ts';
import { checkManifest } from '../install/check-manifest.ts';
import { checkRuntime } from '../install/check-runtime.ts';
import { type Consent, permissionsOf } from '../install/consent.ts';
import type { InboundOpener } from '../install/install-connection.ts';
import { wantedCredential } from '../install/provide-credential.ts';
import { lockActive } from '../lifecycle.ts';
import type { RenewalWishes } from '../renewal-wishes.ts';
import { carryConsent } from './carry-consent.ts';
import { planUpgrade, type UpgradePlan } from './plan-upgrade.ts';

export interface Upgraded {
  connection_id: string;
  from_version: string;
  to_version: string;
  activity_id: string;
  /** Where deliveries are received that were not before. */
  inbound_webhook?: NewInboundWebhook;
}

export interface Upgrader {
  /** What the newest version would change. @throws MarfaError `connection_not_found`. */
  plan(caller: Caller, id: string): Promise<UpgradePlan>;
  /**
   * Moves a Connection to the newest version, its cursor kept and its credentials ended.
   * @param approved the version that a person consented to, when it grants more than the installed one.
   * @throws MarfaError `validation_error` when there is none or it cannot run here, `forbidden` with what would be granted
   *   without consent, `conflict` when `approved` is not the newest any more.
   */
  upgrade(caller: Caller, id: string, approved?: string): Promise<Upgraded>;
}

export interface UpgraderDeps {
  platform: Platform;
  connections: ConnectionsService;
  integrations: IntegrationsService;
  types: TypesService;
  keys: KeysService;
  activity: ActivityService;
  audit: AuditService;
  inboundWebhooks: InboundOpener;
  renewals: Pick<RenewalWishes, 'want'>;
}

export function createUpgrader(deps: UpgraderDeps): Upgrader {
  const { platform, connections, integrations, types, keys, activity, audit, inboundWebhooks, renewals } = deps;
  const { database, now } = platform;

  return {
    async plan(caller, id) {
      const row = await connections.require(database.read, caller.spaceId, id);
      if (row.active === 0) throw new MarfaError('validation_error', 'This connection has been uninstalled.');
      return planUpgrade(row, await integrations.versionsOf(row.integration_name));
    },

    async upgrade(caller, id, approved) {
      const catalogue = await types.of(caller);
      const { integration_name } = await connections.require(database.read, caller.spaceId, id);
      const versions = await integrations.versionsOf(integration_name);
      return database.write(async (transaction) => {
        const row = await lockActive(connections, transaction, caller, id);
        const { candidate, delta } = planUpgrade(row, versions);
        if (approved !== undefined && approved !== candidate?.manifest_version)
          throw new MarfaError(
            'conflict',
            `${approved} is not the version to upgrade to; that is ${candidate?.manifest_version ?? 'none'}. Look at the plan again.`,
          );
        if (candidate === null || delta === null)
          throw new MarfaError('validation_error', `${row.label} has the newest version already.`);
        if (delta.widens && approved === undefined) throw widening(delta);
        const before = await integrations.manifestOf(row.integration_id);
        const { manifest, consent } = checkManifest(candidate.manifest, catalogue, (asked) =>
          carryConsent(JSON.parse(row.consent) as Consent, { before, after: asked }),
        );
        checkRuntime(manifest);
        refuseOtherCredential(before, manifest);
        const configuration = checkConfiguration(manifest, JSON.parse(row.configuration) as Record<string, unknown>);
        await write(transaction, { row, candidate: { id: candidate.id, manifest }, consent, configuration });
        const inbound_webhook = await settleInbound(transaction, caller, { row, manifest, consent });
        await keys.revokeRuntimeKeys(transaction, caller.spaceId, id);
        // What is registered is carried over to the new version.
        await renewals.want(transaction, await connections.require(transaction, caller.spaceId, id));
        const from_version = row.integration_version;
        const to_version = manifest.version;
        const activity_id = await activity.record(transaction, row.space_id, id, {
          severity: 'info',
          summary: `${row.label} was upgraded from ${from_version} to ${to_version}`,
          detail: { kind: 'upgrade', from_version, to_version },
        });
        await audit.record(transaction, caller, {
          action: 'connection.upgrade',
          resource_type: 'connection',
          resource_id: id,
          details: { from_version, to_version, consented: approved !== undefined },
        });
        return {
          connection_id: id,
          from_version,
          to_version,
          activity_id,
          ...(inbound_webhook ? { inbound_webhook } : {}),
        };
      });
    },
  };

  interface Move {
    row: ConnectionRow;
    candidate: { id: string; manifest: IntegrationManifest };
    consent: Consent;
    configuration: Record<string, unknown>;
  }

  async function write(transaction: Transaction, { row, candidate, consent, configuration }: Move): Promise<void> {
    const { manifest } = candidate;
    const permissions = permissionsOf(consent);
    const crons = consent.triggers.flatMap((trigger) => (trigger.type === 'schedule' ? [trigger.config.cron] : []));
    const tick = crons.length > 0 ? planNextTick(crons, { connectionId: row.id, afterMs: now().getTime() }) : null;
    await transaction
      .updateTable('connections')
      .set({
        integration_id: candidate.id,
        integration_version: manifest.version,
        consent: JSON.stringify(consent),
        type_permissions: JSON.stringify(permissions.type_permissions),
        extension_permissions: JSON.stringify(permissions.extension_permissions),
        edge_permissions: JSON.stringify(permissions.edge_permissions),
        configuration: JSON.stringify(configuration),
        crons: JSON.stringify(crons),
        tick_at_ms: tick?.tickAtMs ?? null,
        due_at_ms: tick?.dueAtMs ?? null,
      })
      .where('id', '=', row.id)
      .execute();
    const item = await findSystemItem(transaction, row.space_id, row.id, 'system.connection');
    const properties = {
      ...item?.properties,
      integration_ref: candidate.id,
      configuration,
      direction: manifest.direction,
      triggers: consent.triggers,
      runtime_compatibility: manifest.runtime_compatibility,
      next_run_at: tick ? new Date(tick.dueAtMs).toISOString() : undefined,
    };
    await editSystemItem(transaction, row.space_id, row.id, { properties, at: now() });
    await listenFromNow(transaction, row, consent);
  }

  /** Deliveries are judged as the new version says, from the next one on. @returns the place that was opened for them. */
  async function settleInbound(
    transaction: Transaction,
    caller: Caller,
    { row, manifest, consent }: { row: ConnectionRow; manifest: IntegrationManifest; consent: Consent },
  ): Promise<NewInboundWebhook | null> {
    const { method } = manifest.webhook_verification;
    const receives = consent.triggers.some(({ type }) => type === 'webhook');
    if (!receives) {
      await closeInboundWebhooks(transaction, row.id, now());
      return null;
    }
    const { numUpdatedRows } = await transaction
      .updateTable('inbound_webhooks')
      .set({ method })
      .where('connection_id', '=', row.id)
      .where('removed', '=', 0)
      .executeTakeFirst();
    if (numUpdatedRows > 0n) return null;
    return inboundWebhooks.open(transaction, caller, { connectionId: row.id, method }, { events: ['*'] });
  }

  /** Whoever may hear of items as before goes on hearing; whoever may now, hears of what comes behind the upgrade. */
  async function listenFromNow(transaction: Transaction, row: ConnectionRow, consent: Consent): Promise<void> {
    const hears = consent.triggers.some(({ type }) => type === 'item-event');
    if (hears === (row.told_since_seq !== null)) return;
    const subject = { spaceId: row.space_id, subjectId: row.id };
    const since = hears ? await placeOfNewest(transaction, database.dialect, subject) : null;
    await transaction
      .updateTable('connections')
      .set({ told_since_tx: since?.tx ?? null, told_since_seq: since?.seq ?? null })
      .where('id', '=', row.id)
      .execute();
  }
}

function widening(delta: UpgradeDelta): MarfaError {
  const lines = delta.changes.filter((change) => change.class === 'widening').map((change) => change.line);
  return new MarfaError(
    'forbidden',
    'The new version is granted more than was consented to; look at the plan and approve it.',
    { details: { widening: lines } },
  );
}

function refuseOtherCredential(before: IntegrationManifest, after: IntegrationManifest): void {
  const wanted = wantedCredential(after);
  if (wanted === null || wanted === wantedCredential(before)) return;
  throw new MarfaError(
    'validation_error',
    `${after.name} ${after.version} needs a credential of kind ${wanted}, which this connection does not have. Install it anew.`,
  );
}

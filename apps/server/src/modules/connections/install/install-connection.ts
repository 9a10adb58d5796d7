import type { InstallInput, IntegrationManifest, NewInboundWebhook } from '@withmarfa/shared';
import type { Caller } from '../../../platform/caller.ts';
import type { Transaction } from '../../../platform/database/database.ts';
import type { Platform } from '../../../platform/platform.ts';
import type { ActivityService } from '../../activity/index.ts';
import type { AuditService } from '../../audit/index.ts';
import type { CredentialsService } from '../../credentials/index.ts';
import type { IntegrationsService } from '../../integrations/index.ts';
import type { TypesService } from '../../types/index.ts';
import type { ConnectionsService } from '../connections-service.ts';
import type { RenewalWishes } from '../renewal-wishes.ts';
import { checkConfiguration } from './check-configuration.ts';
import { checkManifest } from './check-manifest.ts';
import { checkRuntime } from './check-runtime.ts';
import { narrowConsent } from './consent.ts';
import { createConnection } from './create-connection.ts';
import { mintRuntimeCredential } from './mint-runtime-credential.ts';
import { provideCredential, wantedCredential } from './provide-credential.ts';

export interface Installed {
  connection_id: string;
  credential_id: string;
  activity_id: string;
  /** Where there is a webhook trigger: the place that the service is to be told of, with its secret. */
  inbound_webhook?: NewInboundWebhook;
}

export interface Installer {
  /**
   * Installs one version of an integration. The steps run in the order of the install flow and share one transaction:
   * when one fails, all before it are undone.
   * @param made what a new upstream credential is made of, where none is named.
   */
  install(caller: Caller, input: InstallInput, made?: Record<string, unknown>): Promise<Installed>;
}

/** Opens the place at which a service tells a Connection of what happens. */
export interface InboundOpener {
  open(
    transaction: Transaction,
    caller: Caller,
    owner: { connectionId: string; method: IntegrationManifest['webhook_verification']['method'] },
    input: { events: string[] },
  ): Promise<NewInboundWebhook>;
}

export interface InstallerDeps {
  platform: Platform;
  connections: Pick<ConnectionsService, 'require'>;
  renewals: Pick<RenewalWishes, 'want'>;
  types: TypesService;
  integrations: IntegrationsService;
  credentials: CredentialsService;
  inboundWebhooks: InboundOpener;
  activity: ActivityService;
  audit: AuditService;
}

export function createInstaller(deps: InstallerDeps): Installer {
  const { platform, connections, renewals, types, integrations, credentials, inboundWebhooks, activity, audit } = deps;
  const { database, newId } = platform;

  return {
    async install(caller, input, made) {
      const integration = await integrations.get(input.integration_id);
      const { manifest, consent } = checkManifest(integration.manifest, await types.of(caller), (asked) =>
        narrowConsent(asked, input.granted),
      );
      checkRuntime(manifest, input.runtime);
      const configuration = checkConfiguration(manifest, input.configuration);

      return database.write(async (transaction) => {
        const credentialRef = await provideCredential(
          transaction,
          { caller, manifest, brought: { credentialRef: input.credential_ref, made } },
          { database, credentials },
        );
        const connectionId = newId();
        const integrationName = integration.manifest_name;
        const identity = { caller, integrationName, connectionId };
        const credentialId = await mintRuntimeCredential(transaction, identity, platform);
        const label = input.label ?? integrationName;
        const wanted = wantedCredential(manifest);
        await createConnection(
          transaction,
          { caller, integration, consent, connectionId, credentialId, wanted, credentialRef, configuration, label },
          platform,
        );
        const activityId = await tell(transaction, { caller, connectionId, label, version: manifest.version, wanted });
        const installed = { connection_id: connectionId, credential_id: credentialId, activity_id: activityId };
        if (!consent.triggers.some(({ type }) => type === 'webhook')) return installed;
        const { method } = manifest.webhook_verification;
        const owner = { connectionId, method };
        const inbound_webhook = await inboundWebhooks.open(transaction, caller, owner, { events: ['*'] });
        // One whose account is to be connected first registers when it is.
        if (wanted !== 'oauth_token')
          await renewals.want(transaction, await connections.require(transaction, caller.spaceId, connectionId));
        return { ...installed, inbound_webhook };
      });

      async function tell(
        transaction: Transaction,
        made: { caller: Caller; connectionId: string; label: string; version: string; wanted: string | null },
      ): Promise<string> {
        const next = made.wanted === 'oauth_token' ? '; its account has to be connected next' : '';
        const activityId = await activity.record(transaction, made.caller.spaceId, made.connectionId, {
          severity: 'info',
          summary: `${made.label} ${made.version} was installed${next}`,
          detail: { kind: 'install' },
        });
        await audit.record(transaction, made.caller, {
          action: 'connection.install',
          resource_type: 'connection',
          resource_id: made.connectionId,
          details: { integration: manifest.name, version: made.version },
        });
        return activityId;
      }
    },
  };
}

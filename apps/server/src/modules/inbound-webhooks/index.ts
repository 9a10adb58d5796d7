import type { Mount } from '../../http/mount-endpoint.ts';
import type { Platform } from '../../platform/platform.ts';
import type { SecretBox } from '../../platform/secret-box.ts';
import type { ActivityService } from '../activity/index.ts';
import type { AuditService } from '../audit/index.ts';
import type { ConnectionsService } from '../connections/index.ts';
import type { Replayer } from '../dead-letters/index.ts';
import { createDeliveriesService } from './deliveries-service.ts';
import { mountInboundWebhookRoutes } from './inbound-webhooks-routes.ts';
import type { InboundWebhooksService } from './inbound-webhooks-service.ts';
import { createReceipt } from './receive-webhook.ts';
import { createRefusedDeliveries } from './refused-deliveries.ts';

export { createInboundAddress, type InboundAddressOf } from './inbound-address.ts';
export {
  createInboundWebhooksService,
  INBOUND_SECRET_PURPOSE,
  type InboundWebhooksService,
} from './inbound-webhooks-service.ts';

export interface InboundDeps {
  platform: Platform;
  connections: ConnectionsService;
  webhooks: InboundWebhooksService;
  activity: ActivityService;
  audit: AuditService;
  box: SecretBox;
  replayer: Replayer;
  ring(connectionId: string): void;
  maxBytes: number;
  requireTimestamp: boolean;
}

/** What services tell Connections of: taken in, kept, shown. */
export function createInbound(deps: InboundDeps) {
  const { platform, webhooks, activity } = deps;
  const deliveries = createDeliveriesService(deps);
  const receipt = createReceipt({ ...deps, refused: createRefusedDeliveries(platform, activity) });
  return {
    mount: (mount: Mount) =>
      mountInboundWebhookRoutes(mount, { database: platform.database, webhooks, deliveries, receipt }),
    prune: deliveries.prune,
  };
}

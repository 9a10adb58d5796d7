import {
  createInboundWebhook,
  deleteInboundWebhook,
  listInboundDeliveries,
  listInboundWebhooks,
  receiveRuntimeWebhook,
  receiveWebhook,
  retryInboundDelivery,
  rotateInboundWebhook,
  updateInboundWebhook,
} from '@withmarfa/shared';
import { answer, type Mount, OK } from '../../http/mount-endpoint.ts';
import type { RawHandler } from '../../http/raw-exchange.ts';
import type { Database } from '../../platform/database/database.ts';
import type { DeliveriesService } from './deliveries-service.ts';
import type { InboundWebhooksService } from './inbound-webhooks-service.ts';

export interface InboundWebhookRoutesDeps {
  database: Database;
  webhooks: InboundWebhooksService;
  deliveries: DeliveriesService;
  receipt: RawHandler;
}

export function mountInboundWebhookRoutes(
  mount: Mount,
  { database, webhooks, deliveries, receipt }: InboundWebhookRoutesDeps,
): void {
  const placeOf = ({ id, webhook_id }: { id: string; webhook_id: string }) => ({ connectionId: id, id: webhook_id });

  mount.rawEndpoint(receiveWebhook, receipt);
  mount.rawEndpoint(receiveRuntimeWebhook, receipt);

  mount.endpoint(createInboundWebhook, async ({ params, body }, caller) =>
    answer(201, await database.write((transaction) => webhooks.create(transaction, caller, params.id, body))),
  );
  mount.endpoint(listInboundWebhooks, async ({ params }, caller) =>
    answer(200, { inbound_webhooks: await webhooks.list(caller, params.id) }),
  );
  mount.endpoint(updateInboundWebhook, async ({ params, body }, caller) =>
    answer(200, await database.write((transaction) => webhooks.update(transaction, caller, placeOf(params), body))),
  );
  mount.endpoint(rotateInboundWebhook, async ({ params, body }, caller) =>
    answer(200, await database.write((transaction) => webhooks.rotate(transaction, caller, placeOf(params), body))),
  );
  mount.endpoint(deleteInboundWebhook, async ({ params }, caller) => {
    await database.write((transaction) => webhooks.remove(transaction, caller, placeOf(params)));
    return OK;
  });

  mount.endpoint(listInboundDeliveries, async ({ params, query }, caller) =>
    answer(200, { deliveries: await deliveries.list(caller, placeOf(params), query) }),
  );
  mount.endpoint(retryInboundDelivery, async ({ params }, caller) => {
    const at = { ...placeOf(params), deliveryId: params.event_id };
    const run_id = await database.write((transaction) => deliveries.retry(transaction, caller, at));
    return answer(200, { ok: true, run_id });
  });
}

import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhookDeliveries,
  listWebhooks,
  updateWebhook,
} from '@withmarfa/shared';
import { answer, type Mount, OK } from '../../http/mount-endpoint.ts';
import type { Database } from '../../platform/database/database.ts';
import type { WebhooksService } from './webhooks-service.ts';

export function mountWebhookRoutes(mount: Mount, database: Database, webhooks: WebhooksService): void {
  mount.endpoint(createWebhook, async ({ body }, caller) => {
    const { webhook, secret } = await database.write((transaction) => webhooks.create(transaction, caller, body));
    return answer(201, { webhook: { ...webhook, secret: secret.reveal() } });
  });

  mount.endpoint(listWebhooks, async ({ query }, caller) => answer(200, await webhooks.list(caller, query)));

  mount.endpoint(getWebhook, async ({ params }, caller) =>
    answer(200, { webhook: await webhooks.get(caller, params.id) }),
  );

  mount.endpoint(updateWebhook, async ({ params, body }, caller) => {
    const webhook = await database.write((transaction) => webhooks.update(transaction, caller, params.id, body));
    return answer(200, { webhook });
  });

  mount.endpoint(deleteWebhook, async ({ params }, caller) => {
    await database.write((transaction) => webhooks.remove(transaction, caller, params.id));
    return OK;
  });

  mount.endpoint(listWebhookDeliveries, async ({ params, query }, caller) =>
    answer(200, await webhooks.deliveries(caller, params.id, query)),
  );
}

export { createWebhookWorker, type WebhookWorker } from './webhook-worker.ts';
export { mountWebhookRoutes } from './webhooks-routes.ts';
export { createWebhooksService, WEBHOOK_SECRET_PURPOSE, type WebhooksService } from './webhooks-service.ts';

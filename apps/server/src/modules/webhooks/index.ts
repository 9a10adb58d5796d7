export { createWebhookWorker, type WebhookWorker } from './webhook-worker.ts';
export { mountWebhookRoutes } from './webhooks-routes.ts';
export { createWebhooksService, type WebhooksService } from './webhooks-service.ts';

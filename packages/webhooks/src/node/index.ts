export { type ReadWebhookOptions, readWebhook } from './read-webhook.ts';
export { WebhookBodyError, type WebhookBodyFault } from './webhook-body-error.ts';

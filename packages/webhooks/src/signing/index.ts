export type { WebhookMethod } from '../webhook-types.ts';
export { type SignedWebhook, type SignOptions, signWebhook } from './sign-webhook.ts';

import type { WebhookMethod } from './webhook-types.ts';

/** Every method that `verifyWebhook` knows. */
export const WEBHOOK_METHODS: readonly WebhookMethod[] = Object.freeze([
  'hmac-sha256',
  'slack',
  'stripe',
  'github',
  'google-channel',
  'cloudflare-email',
]);

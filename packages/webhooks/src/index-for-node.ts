import { createNodeDigests } from './digests/node-digests.ts';
import { createVerifyWebhook } from './verify-webhook.ts';
import type { VerifyWebhook } from './webhook-types.ts';

// What `node` finds behind the package's name: the same door as index.ts, on Node's quicker hashing.
export { slackChallenge } from './slack-challenge.ts';
export { WEBHOOK_METHODS } from './webhook-methods.ts';
export type {
  Verification,
  VerifyOptions,
  VerifyWebhook,
  WebhookHeaders,
  WebhookMethod,
  WebhookRefusal,
  WebhookRequest,
} from './webhook-types.ts';

export const verifyWebhook: VerifyWebhook = /* @__PURE__ */ createVerifyWebhook(/* @__PURE__ */ createNodeDigests());

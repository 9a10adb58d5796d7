import type { WebhookHandler } from './handler-types.ts';
import { registeredHandlers } from './registered-handlers.ts';

/** Sets what runs on each verified delivery, in place of an earlier handler. */
export function registerWebhookHandler(handler: WebhookHandler): void {
  registeredHandlers().webhook = handler;
}

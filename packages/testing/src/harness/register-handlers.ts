import {
  _resetHandlers,
  type ConnectorHandlers,
  registerItemEventHandler,
  registerManualHandler,
  registerRenewHandler,
  registerScheduleHandler,
  registerWebhookHandler,
} from '@withmarfa/runtime-sdk';

/** Makes these the handlers of the process, and no others: there is one set of them in each process. */
export function registerHandlers({ schedule, manual, webhook, itemEvent, renew }: ConnectorHandlers): void {
  _resetHandlers();
  if (schedule) registerScheduleHandler(schedule);
  if (manual) registerManualHandler(manual);
  if (webhook) registerWebhookHandler(webhook);
  if (itemEvent) registerItemEventHandler(itemEvent);
  if (renew) registerRenewHandler(renew);
}

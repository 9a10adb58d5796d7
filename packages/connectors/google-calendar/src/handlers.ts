import { defineConnector } from '@withmarfa/runtime-sdk';
import { type SyncOptions, syncCalendars } from './inbound/sync-calendars.ts';
import { manifest } from './manifest.ts';
import { pushItem } from './outbound/push-item.ts';
import { renewChannels } from './push/renew-channels.ts';
import { takeNotification } from './push/take-notification.ts';

/** A run has two minutes; a page that is begun by now is written in time. */
const LATE_MS = 60_000;

/** Google Calendar; a manual run does what a scheduled one does. */
export const connector = defineConnector({
  manifest,
  schedule: (ctx) => syncCalendars(ctx, fromNow()),
  webhook: (ctx, delivery) => takeNotification(ctx, delivery, fromNow()),
  itemEvent: (ctx, message) => pushItem(ctx, message, { now: Date.now() }),
  renew: (ctx, request) => renewChannels(ctx, request, { now: Date.now(), newId: () => crypto.randomUUID() }),
});

function fromNow(): SyncOptions {
  const now = Date.now();
  return { now, isLate: () => Date.now() - now > LATE_MS };
}

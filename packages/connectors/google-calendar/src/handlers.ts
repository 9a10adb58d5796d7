import { defineConnector } from '@withmarfa/runtime-sdk';
import { syncCalendars } from './inbound/sync-calendars.ts';
import { manifest } from './manifest.ts';
import { pushItem } from './outbound/push-item.ts';

/** A run has two minutes; a page that is begun by now is written in time. */
const LATE_MS = 60_000;

/** Google Calendar; a manual run does what a scheduled one does. */
export const connector = defineConnector({
  manifest,
  schedule(ctx) {
    const now = Date.now();
    return syncCalendars(ctx, { now, isLate: () => Date.now() - now > LATE_MS });
  },
  itemEvent: (ctx, message) => pushItem(ctx, message, { now: Date.now() }),
});

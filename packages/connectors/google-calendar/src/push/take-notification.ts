import type { HandlerResult, WebhookDelivery } from '@withmarfa/runtime-sdk';
import { type SyncOptions, syncCalendars } from '../inbound/sync-calendars.ts';
import type { CalendarContext } from '../manifest.ts';

/**
 * Takes a call of Google's: that a channel is there (`sync`), or that something of its calendar has changed; what it is has
 * to be read. What a channel says that is not ours any more is left: another one says it too.
 */
export async function takeNotification(
  ctx: CalendarContext,
  { headers }: Pick<WebhookDelivery, 'headers'>,
  options: Omit<SyncOptions, 'only'>,
): Promise<HandlerResult> {
  if (headers['x-goog-resource-state'] === 'sync') return { ok: true };
  const channel = ctx.registrations.find(({ id }) => id === headers['x-goog-channel-id']);
  const calendarId = channel?.detail?.calendar_id;
  if (typeof calendarId !== 'string') return { ok: true };
  return syncCalendars(ctx, { ...options, only: calendarId });
}

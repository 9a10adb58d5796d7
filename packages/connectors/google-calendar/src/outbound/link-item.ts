import { type HandlerResult, MarfaApiError } from '@withmarfa/runtime-sdk';
import type { EventPlace } from '../mapping/event-place.ts';
import { toProperties } from '../mapping/to-properties.ts';
import type { GoogleEvent } from '../upstream/google-event.ts';
import { DONE, type Push, track } from './push.ts';

/**
 * Writes onto the item what its event has become: where it is, its version, and how Google words what was sent.
 * @returns to be tried again when somebody changed the item meanwhile: their change is then compared with the event, which
 *   is found by its id.
 * @throws what the client throws when the space cannot be reached.
 */
export async function linkItem(push: Push, place: EventPlace, event: GoogleEvent): Promise<HandlerResult> {
  const { ctx, item } = push;
  const properties = toProperties(event, { calendarId: place.calendarId, type: item.type });
  if (properties === null) return DONE;
  track(push, place, properties);
  try {
    await ctx.marfa.updateItem(item.id, { version: item.version, properties });
    return DONE;
  } catch (error) {
    if (MarfaApiError.is(error) && error.status === 404) return DONE;
    if (!MarfaApiError.is(error, 'version_conflict')) throw error;
    return { ok: false, retry: true, reason: 'The item was changed while it was brought to Google Calendar.' };
  }
}

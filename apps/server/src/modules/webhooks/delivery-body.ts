import type { EventRow } from '../../platform/database/settled-events.ts';

/** What a webhook is sent for an event: `{event, item|edge|metadata}`. The event's own text is not parsed again. */
export function deliveryBody({ event, payload }: Pick<EventRow, 'event' | 'payload'>): string {
  return `{"event":${JSON.stringify(event)},"${event.slice(0, event.indexOf('.'))}":${payload}}`;
}

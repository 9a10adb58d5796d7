export { connector } from './handlers.ts';
export { type SyncOptions, syncCalendars } from './inbound/sync-calendars.ts';
export { type CalendarContext, INTEGRATION_NAME, manifest } from './manifest.ts';
export { type EventPlace, eventIdOf, sourceIdOf } from './mapping/event-place.ts';
export { toEventFields } from './mapping/to-event-fields.ts';
export { toProperties } from './mapping/to-properties.ts';
export { pushItem } from './outbound/push-item.ts';
export { type GoogleEvent, GoogleEventSchema } from './upstream/google-event.ts';

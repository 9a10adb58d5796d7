export type { GoogleRequest } from './google-calendar/answer-request.ts';
export type { FakeCalendarSettings, FakeEvent, FakeEventTime } from './google-calendar/fake-calendar.ts';
export { type GoogleFault, QUOTA, RATE_LIMIT } from './google-calendar/faults.ts';
export type { GoogleError } from './google-calendar/google-error.ts';
export {
  type FakeGoogleCalendar,
  type FakeGoogleCalendarOptions,
  startFakeGoogleCalendar,
} from './google-calendar/start-fake-google-calendar.ts';
export { type FakeServer, startFakeServer } from './start-fake-server.ts';

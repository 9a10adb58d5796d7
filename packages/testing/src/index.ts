export { createTestClock, DEFAULT_NOW, type TestClock } from './clock/create-test-clock.ts';
export type { GoogleRequest } from './google-calendar/answer-request.ts';
export type { FakeCalendarSettings, FakeEvent, FakeEventTime } from './google-calendar/fake-calendar.ts';
export { type GoogleFault, QUOTA, RATE_LIMIT } from './google-calendar/faults.ts';
export type { GoogleError } from './google-calendar/google-error.ts';
export {
  type FakeGoogleCalendar,
  type FakeGoogleCalendarOptions,
  startFakeGoogleCalendar,
} from './google-calendar/start-fake-google-calendar.ts';
export { createTestHarness } from './harness/create-test-harness.ts';
export type { TestHarnessOptions } from './harness/harness-options.ts';
export type { DrainedRun, ItemEventInput, RunOptions, TestHarness, WebhookInput } from './harness/test-harness.ts';
export type { PersonSpace } from './space/create-memory-space.ts';
export { type FakeServer, startFakeServer } from './start-fake-server.ts';
export type { HarnessUpstream, ProxiedCall, UpstreamOptions } from './upstream/create-upstream-proxy.ts';

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
export type { FakeChannel, FakeNotification } from './google-calendar/watch-channels.ts';
export { createTestHarness } from './harness/create-test-harness.ts';
export type { TestHarnessOptions } from './harness/harness-options.ts';
export type { DrainedRun, ItemEventInput, RunOptions, TestHarness, WebhookInput } from './harness/test-harness.ts';
export type { AuthorizationServerOptions } from './oauth/authorization-server-options.ts';
export {
  type FakeAuthorizationServer,
  startFakeAuthorizationServer,
} from './oauth/start-fake-authorization-server.ts';
export { RETRY_AFTER_SECONDS, type TokenFault } from './oauth/token-fault.ts';
export type { PersonSpace } from './space/create-memory-space.ts';
export { type FakeServer, startFakeServer } from './start-fake-server.ts';
export type { SyncCommand } from './todoist/answer-sync.ts';
export type { Change as TodoistChange, TodoistAccount } from './todoist/create-todoist-account.ts';
export {
  type FakeTodoist,
  type FakeTodoistOptions,
  startFakeTodoist,
  type TodoistCall,
} from './todoist/start-fake-todoist.ts';
export { TODOIST_RETRY_AFTER_SECONDS, type TodoistFault } from './todoist/todoist-fault.ts';
export {
  type FakeDue,
  type FakeGroup,
  type FakeRefusal,
  type FakeTask,
  refusal as todoistRefusal,
  type TaskFields,
} from './todoist/todoist-records.ts';
export type { HarnessUpstream, ProxiedCall, UpstreamOptions } from './upstream/create-upstream-proxy.ts';

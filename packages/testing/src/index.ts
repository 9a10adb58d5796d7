export { createTestClock, DEFAULT_NOW, type TestClock } from './clock/create-test-clock.ts';
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
export type { HarnessUpstream, ProxiedCall, UpstreamOptions } from './upstream/create-upstream-proxy.ts';

export { type FakeServer, startFakeServer } from './start-fake-server.ts';

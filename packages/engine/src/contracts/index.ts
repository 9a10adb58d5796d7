export { aConnection } from './a-connection.ts';
export { aMessage } from './a-message.ts';
export { describeLeases } from './describe-leases.ts';
export { describeMailbox } from './describe-mailbox.ts';
export { describeRenewals } from './describe-renewals.ts';
export { describeSchedules } from './describe-schedules.ts';
export type { EngineStore, PutConnection } from './engine-store.ts';

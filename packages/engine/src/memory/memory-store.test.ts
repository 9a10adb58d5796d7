import { describeLeases } from '../contracts/describe-leases.ts';
import { describeMailbox } from '../contracts/describe-mailbox.ts';
import { describeRenewals } from '../contracts/describe-renewals.ts';
import { describeSchedules } from '../contracts/describe-schedules.ts';
import { createMemoryStore } from './create-memory-store.ts';

const createStore = async () => createMemoryStore();

describeMailbox('memory', createStore);
describeLeases('memory', createStore);
describeSchedules('memory', createStore);
describeRenewals('memory', createStore);

import { describe } from 'vitest';
import type { EngineStore } from './engine-store.ts';
import { describeRenewalLife } from './renewal-life.ts';
import { describeRenewalPlans } from './renewal-plans.ts';

/**
 * What every store must do for registrations that end by themselves.
 * @param name of the implementation, for the report.
 * @param createStore opens a store; it may hold other Connections already.
 */
export function describeRenewals(name: string, createStore: () => Promise<EngineStore>): void {
  describe(`renewals (${name})`, () => {
    describeRenewalPlans(createStore);
    describeRenewalLife(createStore);
  });
}

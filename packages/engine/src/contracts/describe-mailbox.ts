import { describe } from 'vitest';
import type { EngineStore } from './engine-store.ts';
import { describeAppending } from './mailbox-appending.ts';
import { describeClaiming } from './mailbox-claiming.ts';
import { describeFolding } from './mailbox-folding.ts';
import { describeHolding } from './mailbox-holding.ts';
import { describeSettling } from './mailbox-settling.ts';
import { describeWaking } from './mailbox-waking.ts';

/**
 * What every mailbox must do.
 * @param name of the implementation, for the report.
 * @param createStore opens a store; it may hold other Connections already.
 */
export function describeMailbox(name: string, createStore: () => Promise<EngineStore>): void {
  describe(`the mailbox (${name})`, () => {
    describeAppending(createStore);
    describeClaiming(createStore);
    describeSettling(createStore);
    describeFolding(createStore);
    describeHolding(createStore);
    describeWaking(createStore);
  });
}

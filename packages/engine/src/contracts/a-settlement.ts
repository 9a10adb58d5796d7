import type { Settlement } from '../runs/settlement.ts';
import { NOON_MS } from './noon.ts';

/** A quiet success: the message is gone, nothing was found. */
export function aSettlement(overrides: Partial<Settlement> = {}): Settlement {
  return {
    message: { state: 'gone' },
    run: { status: 'succeeded', error: null, itemsCreated: 0, itemsUpdated: 0, finishedAtMs: NOON_MS },
    handledDelivery: null,
    cursors: null,
    health: null,
    schedule: { action: 'keep' },
    activity: [],
    renewal: null,
    ...overrides,
  };
}

/** A failure that is tried again at `notBeforeMs`. */
export function aRetry(notBeforeMs: number): Settlement {
  return aSettlement({
    message: { state: 'waiting', notBeforeMs, reason: 'upstream is down', failedAtMs: NOON_MS },
    run: { status: 'retrying', error: 'upstream is down', itemsCreated: 0, itemsUpdated: 0, finishedAtMs: null },
  });
}

/** A failure that is not tried again. */
export function aDeath(): Settlement {
  return aSettlement({
    message: { state: 'dead', reason: 'gone for good', failedAtMs: NOON_MS },
    run: { status: 'dead', error: 'gone for good', itemsCreated: 0, itemsUpdated: 0, finishedAtMs: NOON_MS },
  });
}

import type { ItemEventHandler } from './handler-types.ts';
import { registeredHandlers } from './registered-handlers.ts';

/** Sets what runs when an item of a target type changed, in place of an earlier handler. */
export function registerItemEventHandler(handler: ItemEventHandler): void {
  registeredHandlers().itemEvent = handler;
}

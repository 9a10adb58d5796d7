import type { ManualHandler } from './handler-types.ts';
import { registeredHandlers } from './registered-handlers.ts';

/** Sets what runs when a person asks for a run, in place of an earlier handler. Without it the schedule handler does. */
export function registerManualHandler(handler: ManualHandler): void {
  registeredHandlers().manual = handler;
}

import type { ScheduleHandler } from './handler-types.ts';
import { registeredHandlers } from './registered-handlers.ts';

/** Sets what runs at each tick of the schedule, in place of an earlier handler. Manual runs use it too, unless they have their own. */
export function registerScheduleHandler(handler: ScheduleHandler): void {
  registeredHandlers().schedule = handler;
}

import type { RenewHandler } from './handler-types.ts';
import { registeredHandlers } from './registered-handlers.ts';

/** Sets what keeps this connector's registrations at its upstream alive, in place of an earlier hook. */
export function registerRenewHandler(handler: RenewHandler): void {
  registeredHandlers().renew = handler;
}

import type { IncomingHttpHeaders } from 'node:http';
import { CYCLE_HEADERS } from '@withmarfa/shared';
import type { Caller } from '../platform/caller.ts';

const HOP_HEADER = CYCLE_HEADERS.hop.toLowerCase();
const HOP = /^\d{1,4}$/;

/**
 * Takes the hop that a runtime credential's request claims, where it is higher than the one the server knows. A connector
 * that claims less would get round the budget, and one that named another origin would hide itself: neither is believed.
 * What anybody else sends counts for nothing.
 */
export function raiseHop(caller: Caller, headers: IncomingHttpHeaders): Caller {
  const claimed = headers[HOP_HEADER];
  if (caller.connectionId === null || typeof claimed !== 'string' || !HOP.test(claimed)) return caller;
  const hop_count = Number(claimed);
  return hop_count > caller.cycle.hop_count ? { ...caller, cycle: { ...caller.cycle, hop_count } } : caller;
}

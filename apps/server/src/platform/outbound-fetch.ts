import { createEgressPolicy, type EgressPolicy, parseOutboundAllow } from '@withmarfa/runtime-sdk/host';
import { createEgressFetch } from '@withmarfa/runtime-sdk/local';

/** The server's way to the outside, for addresses that callers choose. */
export interface Outbound {
  /** As the platform's `fetch`; only public addresses and those the operator let through are dialled. */
  fetch: typeof fetch;
  policy: EgressPolicy;
}

/** @param allow entries of `MARFA_OUTBOUND_ALLOW`, checked at the start. */
export function createOutbound(allow: readonly string[]): Outbound {
  const places = parseOutboundAllow(allow.join(','));
  return { fetch: createEgressFetch({ allow: places }), policy: createEgressPolicy(places) };
}

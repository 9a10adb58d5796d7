import { createEgressPolicy, type EgressPolicy, parseOutboundAllow } from '@withmarfa/runtime-sdk/host';
import { createEgressFetch, createHostConnector, systemResolve } from '@withmarfa/runtime-sdk/local';
import type { buildConnector } from 'undici';

/** The server's way to the outside, for addresses that callers choose. */
export interface Outbound {
  /** As the platform's `fetch`; only public addresses and those the operator let through are dialled. */
  fetch: typeof fetch;
  policy: EgressPolicy;
  /** Dials for pools of connections, under the same rules. */
  connector: buildConnector.connector;
}

/** @param allow entries of `MARFA_OUTBOUND_ALLOW`, checked at the start. */
export function createOutbound(allow: readonly string[]): Outbound {
  const places = parseOutboundAllow(allow.join(','));
  const policy = createEgressPolicy(places);
  return {
    fetch: createEgressFetch({ allow: places }),
    policy,
    connector: createHostConnector(policy, systemResolve) as buildConnector.connector,
  };
}

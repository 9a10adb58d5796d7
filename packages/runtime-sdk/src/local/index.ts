export { parseOutboundAllow } from '../egress/parse-outbound-allow.ts';
export { createEgressFetch, type EgressFetchOptions } from './create-egress-fetch.ts';
export { createHostConnector, type Resolve, systemResolve } from './guarded-connector.ts';
export { runLocal } from './run-local.ts';

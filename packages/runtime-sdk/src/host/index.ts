export type { Clock } from '../clock/clock.ts';
export { systemClock } from '../clock/system-clock.ts';
export type { LogLevel, LogLine } from '../context/create-connector-log.ts';
export { createEgressPolicy, type EgressPolicy } from '../egress/egress-policy.ts';
export { type OutboundAllow, parseOutboundAllow } from '../egress/parse-outbound-allow.ts';
export { EgressRefusedError } from '../errors/egress-refused-error.ts';
export {
  type ConnectorMessage,
  ConnectorMessageSchema,
  CredentialSchema,
  type HostMessage,
  HostMessageSchema,
  OUTBOUND_ALLOW_VARIABLE,
  type RunOutcome,
  RunOutcomeSchema,
  type RunRequest,
  RunRequestSchema,
  type RuntimeCredential,
} from './protocol.ts';
export type { RunDependencies } from './run-dependencies.ts';
export { runHandler } from './run-handler.ts';

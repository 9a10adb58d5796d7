export {
  type ActivityInput,
  type BulkResult,
  type CreateEdgeInput,
  type CreateItemInput,
  CYCLE_HEADERS,
  type Cycle,
  computeNextRunAt,
  type Edge,
  type HandlerResult,
  type InboundAddress,
  type IntegrationManifest,
  type IssuedLease,
  type Item,
  type ItemEnvelope,
  type ItemEventMessage,
  isValidCron,
  type ListItemsQuery,
  type ManualMessage,
  MarfaError,
  nextHopMetadata,
  type QueueMessage,
  type Registration,
  type RenewMessage,
  type RenewResult,
  type ScheduleMessage,
  type Severity,
  type UpdateItemInput,
} from '@withmarfa/shared';
export type { BulkUpsertOptions, MarfaClient } from './client/marfa-client.ts';
export type { ProxyBody, ProxyRequestOptions } from './client/proxy-request.ts';
export type { Clock } from './clock/clock.ts';
export { systemClock } from './clock/system-clock.ts';
export { completeManifest } from './connector/complete-manifest.ts';
export type { ConfigurationOf } from './connector/configuration-of.ts';
export { type Connector, defineConnector } from './connector/define-connector.ts';
export type { ContextOf, HandlersFor, ItemInputOf } from './connector/handlers-for.ts';
export type { ManifestDefinition } from './connector/manifest-definition.ts';
export { type BuiltContext, buildConnectionContext } from './context/build-connection-context.ts';
export type { ActivitySink, ConnectionContext, ConnectorLog, Cursor } from './context/connection-context.ts';
export { createActivitySink } from './context/create-activity-sink.ts';
export { type CursorStore, createCursorStore, MAX_CURSOR_BYTES } from './context/create-cursor-store.ts';
export { SDK_DEFAULT_HOP_BUDGET } from './context/sdk-default-hop-budget.ts';
export { BodyTooLargeError } from './errors/body-too-large-error.ts';
export { ConnectionGoneError } from './errors/connection-gone-error.ts';
export { EgressRefusedError, type EgressRule } from './errors/egress-refused-error.ts';
export { MarfaApiError, type MarfaApiErrorOptions } from './errors/marfa-api-error.ts';
export { RunEndedError } from './errors/run-ended-error.ts';
export { dispatchMessage } from './handlers/dispatch-message.ts';
export { dispatchRenewal, type Renewed } from './handlers/dispatch-renewal.ts';
export type {
  ConnectorHandlers,
  ItemEventHandler,
  ManualHandler,
  RenewalRequest,
  RenewHandler,
  ScheduleHandler,
  WebhookDelivery,
  WebhookHandler,
} from './handlers/handler-types.ts';
export { registerItemEventHandler } from './handlers/register-item-event-handler.ts';
export { registerManualHandler } from './handlers/register-manual-handler.ts';
export { registerRenewHandler } from './handlers/register-renew-handler.ts';
export { registerScheduleHandler } from './handlers/register-schedule-handler.ts';
export { registerWebhookHandler } from './handlers/register-webhook-handler.ts';
export { _resetHandlers } from './handlers/reset-handlers.ts';
export { permanentLocation } from './response/permanent-location.ts';
export { readBody } from './response/read-body.ts';
export { decodeBase64ToArrayBuffer } from './text/decode-base64-to-array-buffer.ts';

export { getMe, type Person, PersonSchema } from './api/accounts.ts';
export { type AuditEntry, AuditEntrySchema, listAudit } from './api/audit.ts';
export {
  BlobHashSchema,
  type BlobInfo,
  BlobInfoSchema,
  DEFAULT_MAX_BLOB_BYTES,
  getBlob,
  getBlobUrl,
  uploadBlob,
} from './api/blobs.ts';
export { ByteStreamSchema } from './api/common.ts';
export {
  approveUpgrade,
  ChangeClassSchema,
  type Granted,
  GrantedSchema,
  getRun,
  type InstallInput,
  InstallInputSchema,
  installConnection,
  listRuns,
  ManifestChangeSchema,
  pauseConnection,
  planUpgrade,
  resumeConnection,
  runConnection,
  type UpdateConnectionInput,
  UpdateConnectionInputSchema,
  type UpgradeDelta,
  UpgradeDeltaSchema,
  uninstallConnection,
  updateConnection,
  upgradeConnection,
} from './api/connections.ts';
export {
  type ApiTokenInput,
  ApiTokenInputSchema,
  type AuthScheme,
  AuthSchemeSchema,
  createApiTokenCredential,
  createOAuthProviderCredential,
  deleteCredential,
  type OAuthProviderInput,
  OAuthProviderInputSchema,
  type UpdateCredentialInput,
  UpdateCredentialInputSchema,
  updateCredential,
} from './api/credentials.ts';
export {
  type DeadLetter,
  type DeadLetterFilter,
  DeadLetterSchema,
  discardDeadLetter,
  listDeadLetters,
  peekDeadLetters,
  type ReplayInput,
  ReplayInputSchema,
  replayAnyDeadLetters,
  replayDeadLetter,
  replayDeadLetters,
} from './api/dead-letters.ts';
export {
  type BulkEdgesInput,
  BulkEdgesInputSchema,
  bulkEdges,
  type CreateEdgeInput,
  CreateEdgeInputSchema,
  createEdge,
  deleteEdge,
  listEdges,
  listItemBackrefs,
  listItemEdges,
  MAX_BULK_EDGES,
  updateEdge,
} from './api/edges.ts';
export type { Audience, Endpoint, EndpointInput, EndpointResult, HttpMethod } from './api/endpoint.ts';
export { ENDPOINTS, type EndpointName } from './api/endpoints.ts';
export { CATCHUP_TOO_OLD, type EventsQuery, EventsQuerySchema, streamEvents } from './api/events.ts';
export { getHealth, getReadiness, type PartState, PartStateSchema } from './api/health.ts';
export {
  type CreateInboundWebhookInput,
  CreateInboundWebhookInputSchema,
  createInboundWebhook,
  deleteInboundWebhook,
  type InboundDelivery,
  InboundDeliverySchema,
  type InboundWebhook,
  InboundWebhookSchema,
  listInboundDeliveries,
  listInboundWebhooks,
  type NewInboundWebhook,
  NewInboundWebhookSchema,
  type RotateInboundWebhookInput,
  receiveRuntimeWebhook,
  receiveWebhook,
  retryInboundDelivery,
  rotateInboundWebhook,
  type UpdateInboundWebhookInput,
  updateInboundWebhook,
} from './api/inbound-webhooks.ts';
export { getIntegration, listIntegrations, registerIntegration } from './api/integrations.ts';
export {
  type BulkActionInput,
  BulkActionInputSchema,
  type BulkActionResult,
  BulkActionResultSchema,
  bulkAction,
  MAX_BULK_ACTION_ITEMS,
} from './api/item-bulk-action.ts';
export {
  addItemTags,
  type BulkItemsInput,
  BulkItemsInputSchema,
  type BulkResult,
  BulkResultSchema,
  bulkItems,
  createItem,
  deleteItem,
  deleteItemExtension,
  FilterSchema,
  getItem,
  getItemExtension,
  getItemMetadata,
  type ItemVersion,
  ItemVersionSchema,
  type ListItemsQuery,
  ListItemsQuerySchema,
  listItemExtensions,
  listItems,
  listItemVersions,
  MAX_BULK_BYTES,
  MAX_BULK_ITEMS,
  MAX_EXTENSION_BYTES,
  patchItemMetadata,
  purgeItem,
  putItemExtension,
  putItemMetadata,
  removeItemTag,
  restoreItem,
  type SearchItemsQuery,
  SearchItemsQuerySchema,
  searchItems,
  transitionItem,
  updateItem,
} from './api/items.ts';
export {
  CreatedKeySchema,
  type CreateKeyInput,
  CreateKeyInputSchema,
  createKey,
  getKey,
  type Key,
  KeySchema,
  listKeys,
  revokeKey,
  type UpdateKeyInput,
  UpdateKeyInputSchema,
  updateKey,
} from './api/keys.ts';
export {
  type IssuedLease,
  IssuedLeaseSchema,
  LEASE_TTL,
  type Lease,
  type LeaseInput,
  LeaseInputSchema,
  LeaseSchema,
  leaseToken,
  leaseTokenAlias,
  listLeases,
  revokeLease,
  validateLease,
} from './api/leases.ts';
export {
  ClientSchema,
  CreateClientInputSchema,
  createOAuthClient,
  deleteOAuthClient,
  type GrantRow,
  GrantSchema,
  getGrant,
  getOAuthClient,
  listGrants,
  listOAuthClients,
  revokeGrant,
  rotateOAuthClientSecret,
  updateOAuthClient,
} from './api/oauth.ts';
export type { Passage, PassageMethod } from './api/passage.ts';
export { PASSAGES, PROXY_BYTES } from './api/proxy.ts';
export { leaseRuntimeCredential, mintRuntimeCredential, RUNTIME_CREDENTIAL_TTL } from './api/runtime-credentials.ts';
export {
  getSpaceConfig,
  HOP_BUDGET,
  putSpaceConfig,
  type SpaceConfig,
  SpaceConfigSchema,
} from './api/space-config.ts';
export { createTenant, getTenant, listTenants, type Tenant, TenantSchema } from './api/tenants.ts';
export {
  createEdgeType,
  createType,
  deleteEdgeType,
  deleteType,
  getType,
  listEdgeTypes,
  listTypes,
  updateType,
} from './api/types.ts';
export { StartOAuthInputSchema, startConnectionOAuth } from './api/upstream-oauth.ts';
export {
  type CreateWebhookInput,
  CreateWebhookInputSchema,
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhookDeliveries,
  listWebhooks,
  type UpdateWebhookInput,
  UpdateWebhookInputSchema,
  updateWebhook,
  type Webhook,
  type WebhookDelivery,
  WebhookDeliverySchema,
  WebhookSchema,
} from './api/webhooks.ts';
export { CONNECTOR_TYPES } from './catalogue/connector-types.ts';
export { ACYCLIC_EDGE_TYPES, CORE_EDGE_TYPES } from './catalogue/core-edge-types.ts';
export { CORE_TYPES } from './catalogue/core-types.ts';
export { SYSTEM_TYPES } from './catalogue/system-types.ts';
export { ERROR_CODES, ERROR_STATUS, type ErrorCode } from './errors/error-codes.ts';
export { type ErrorEnvelope, ErrorEnvelopeSchema, toErrorEnvelope } from './errors/error-envelope.ts';
export { type Issue, MarfaError, type MarfaErrorOptions } from './errors/marfa-error.ts';
export { toIssues, toJsonPath } from './errors/validation-issues.ts';
export { CronSchema, computeNextRunAt, isValidCron } from './identifiers/cron.ts';
export { HandleSchema, isReservedHandle } from './identifiers/handle.ts';
export { compareSemver, parseSemver, type Semver, SemverSchema, withoutBuild } from './identifiers/semver.ts';
export { mintToken, recognizeToken, TOKEN_PATTERN, TOKEN_PREFIXES, type TokenKind } from './identifiers/token.ts';
export {
  DottedNameSchema,
  isSystemType,
  isTypeIdentifier,
  MAX_TYPE_IDENTIFIER_LENGTH,
  NamePatternSchema,
  PublisherIdentifierSchema,
  prefixesOf,
  RESERVED_ROOTS,
  rootOf,
  TargetTypeSchema,
  TypeIdentifierSchema,
} from './identifiers/type-identifier.ts';
export {
  bumpBetween,
  type ChangeSize,
  compareTypeSchemas,
  isAtLeast,
  type SchemaChange,
  sizeOf,
} from './items/compare-type-schemas.ts';
export { type Edge, EdgeSchema, type EdgeType, EdgeTypeSchema } from './items/edge.ts';
export { EVENT_NAMES, type EventName, EventNameSchema } from './items/events.ts';
export {
  type CreateItemInput,
  CreateItemInputSchema,
  EdgeBlockSchema,
  type Item,
  type ItemEnvelope,
  ItemEnvelopeSchema,
  type ItemMetadata,
  ItemMetadataSchema,
  ItemSchema,
  RESERVED_ITEM_FIELDS,
  type UpdateItemInput,
  UpdateItemInputSchema,
} from './items/item.ts';
export { invalidSchema, parseEdgeType, parseTypeSchema } from './items/parse-type-schema.ts';
export {
  IdSchema,
  type ItemState,
  type Properties,
  PropertiesSchema,
  StateSchema,
  type Tier,
  TierSchema,
  TimestampSchema,
} from './items/primitives.ts';
export {
  type ActivityInput,
  ActivityInputSchema,
  type ActivityProperties,
  ActivityPropertiesSchema,
  type Severity,
  SeveritySchema,
} from './items/system/activity.ts';
export {
  type ConnectionProperties,
  ConnectionPropertiesSchema,
  type RuntimeStatus,
  RuntimeStatusSchema,
} from './items/system/connection.ts';
export { type CredentialProperties, CredentialPropertiesSchema } from './items/system/credential.ts';
export {
  type Integration,
  type IntegrationProperties,
  IntegrationPropertiesSchema,
  IntegrationSchema,
} from './items/system/integration.ts';
export {
  MAX_TYPE_SCHEMA_BYTES,
  type MergePolicy,
  MergePolicySchema,
  type TypeField,
  TypeFieldSchema,
  type TypeSchema,
  TypeSchemaSchema,
} from './items/type-schema.ts';
export { compareManifests, isMajorStep, type ManifestDelta } from './manifest/compare-manifests.ts';
export {
  type ConfigurationField,
  ConfigurationFieldSchema,
  type ConfigurationSchema,
  ConfigurationSchemaSchema,
  RESERVED_CONFIGURATION_KEY,
} from './manifest/configuration-schema.ts';
export {
  type Direction,
  DirectionSchema,
  type IntegrationManifest,
  type IntegrationManifestInput,
  IntegrationManifestSchema,
  MANIFEST_SCHEMA_VERSION,
  type RuntimeTier,
  RuntimeTierSchema,
  SUPPORTED_MANIFEST_MAJOR,
  WebhookMethodSchema,
} from './manifest/integration-manifest.ts';
export { MANIFEST_JSON_SCHEMA_PATH, manifestJsonSchema } from './manifest/manifest-json-schema.ts';
export { parseManifest } from './manifest/parse-manifest.ts';
export { type Trigger, TriggerSchema, type TriggerType } from './manifest/triggers.ts';
export { type ConfigurationResult, validateConfiguration } from './manifest/validate-configuration.ts';
export { errorCodesOf } from './openapi/error-codes-of.ts';
export { EXAMPLE_BODIES, EXAMPLE_NAMES, EXAMPLE_PATH_VALUES } from './openapi/examples.ts';
export { type OpenApiOptions, openApiDocument } from './openapi/openapi-document.ts';
export type {
  JsonSchema,
  OpenApiDocument,
  OpenApiOperation,
  OpenApiParameter,
  OpenApiReference,
  OpenApiResponse,
} from './openapi/openapi-types.ts';
export { coversScope } from './permissions/covers-scope.ts';
export {
  type Grant,
  mayAccessEdge,
  mayAccessExtension,
  mayAccessMetadata,
  mayAccessType,
  mayWriteEdge,
  type TypeRef,
} from './permissions/decide-access.ts';
export { parseScope, type Scope } from './permissions/parse-scope.ts';
export {
  type AccessLevel,
  type AxisPermissions,
  AxisPermissionsSchema,
  noPermissions,
  type PermissionMaps,
  PermissionMapsSchema,
  type Role,
  RoleSchema,
  type TypePermissions,
  TypePermissionsSchema,
} from './permissions/permission-maps.ts';
export { type ProjectedScopes, projectScopes } from './permissions/project-scopes.ts';
export { matchesPattern, resolvePattern } from './permissions/resolve-pattern.ts';
export { CYCLE_HEADERS, type Cycle, CycleSchema, nextHopMetadata, PERSONAL_CYCLE } from './runs/cycle.ts';
export {
  type HandlerResult,
  HandlerResultSchema,
  type ItemEventMessage,
  type ManualMessage,
  type QueueMessage,
  QueueMessageSchema,
  type RenewMessage,
  type ScheduleMessage,
  type WebhookMessage,
} from './runs/messages.ts';
export {
  type InboundAddress,
  InboundAddressSchema,
  MAX_REGISTRATIONS,
  type Registration,
  RegistrationSchema,
  RegistrationsSchema,
  type RenewResult,
  RenewResultSchema,
} from './runs/registration.ts';
export { type Run, RunSchema, type RunStatus, RunStatusSchema, type RunTrigger, RunTriggerSchema } from './runs/run.ts';

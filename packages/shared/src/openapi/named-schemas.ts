import type { z } from 'zod';
import { AuditEntrySchema } from '../api/audit.ts';
import { BlobHashSchema, BlobInfoSchema } from '../api/blobs.ts';
import { InstallInputSchema } from '../api/connections.ts';
import { DeadLetterSchema } from '../api/dead-letters.ts';
import { CreateEdgeInputSchema } from '../api/edges.ts';
import { InboundDeliverySchema, InboundWebhookSchema, NewInboundWebhookSchema } from '../api/inbound-webhooks.ts';
import { BulkItemsInputSchema, BulkResultSchema } from '../api/items.ts';
import { CreatedKeySchema, CreateKeyInputSchema, KeySchema, UpdateKeyInputSchema } from '../api/keys.ts';
import { ClientSchema, ClientWithSecretSchema, GrantSchema } from '../api/oauth.ts';
import { SpaceConfigSchema } from '../api/space-config.ts';
import { TenantSchema } from '../api/tenants.ts';
import { ErrorEnvelopeSchema } from '../errors/error-envelope.ts';
import { DottedNameSchema, NamePatternSchema, TypeIdentifierSchema } from '../identifiers/type-identifier.ts';
import { EdgeSchema, EdgeTypeSchema } from '../items/edge.ts';
import {
  CreateItemInputSchema,
  EdgeBlockSchema,
  ItemEnvelopeSchema,
  ItemMetadataSchema,
  ItemSchema,
  UpdateItemInputSchema,
} from '../items/item.ts';
import {
  IdSchema,
  PropertiesSchema,
  StateSchema,
  TagSchema,
  TierSchema,
  TimestampSchema,
} from '../items/primitives.ts';
import { IntegrationSchema } from '../items/system/integration.ts';
import { TypeFieldSchema, TypeSchemaSchema } from '../items/type-schema.ts';
import { AxisPermissionsSchema, RoleSchema, TypePermissionsSchema } from '../permissions/permission-maps.ts';
import { RunSchema } from '../runs/run.ts';

/** The schemas that the OpenAPI document shows under a name of their own; every other one is written where it is used. */
export const NAMED_SCHEMAS: Record<string, z.ZodType> = {
  // Some errors have companions beside `error`, such as `current` of a version conflict.
  Error: ErrorEnvelopeSchema.loose(),
  Id: IdSchema,
  Time: TimestampSchema,
  TypeIdentifier: TypeIdentifierSchema,
  Name: DottedNameSchema,
  NamePattern: NamePatternSchema,
  State: StateSchema,
  Tier: TierSchema,
  Tag: TagSchema,
  Properties: PropertiesSchema,
  Item: ItemSchema,
  ItemMetadata: ItemMetadataSchema,
  ItemEnvelope: ItemEnvelopeSchema,
  CreateItem: CreateItemInputSchema,
  UpdateItem: UpdateItemInputSchema,
  EdgeBlock: EdgeBlockSchema,
  BulkItems: BulkItemsInputSchema,
  BulkResult: BulkResultSchema,
  Edge: EdgeSchema,
  CreateEdge: CreateEdgeInputSchema,
  EdgeType: EdgeTypeSchema,
  Type: TypeSchemaSchema,
  TypeField: TypeFieldSchema,
  BlobHash: BlobHashSchema,
  Blob: BlobInfoSchema,
  Key: KeySchema,
  CreatedKey: CreatedKeySchema,
  CreateKey: CreateKeyInputSchema,
  UpdateKey: UpdateKeyInputSchema,
  Role: RoleSchema,
  TypePermissions: TypePermissionsSchema,
  AxisPermissions: AxisPermissionsSchema,
  Integration: IntegrationSchema,
  InstallIntegration: InstallInputSchema,
  Run: RunSchema,
  InboundWebhook: InboundWebhookSchema,
  NewInboundWebhook: NewInboundWebhookSchema,
  InboundDelivery: InboundDeliverySchema,
  DeadLetter: DeadLetterSchema,
  AuditEntry: AuditEntrySchema,
  Tenant: TenantSchema,
  SpaceConfig: SpaceConfigSchema,
  Grant: GrantSchema,
  OAuthClient: ClientSchema,
  OAuthClientWithSecret: ClientWithSecretSchema,
};

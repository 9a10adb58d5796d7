import { getMe } from './accounts.ts';
import { listAudit } from './audit.ts';
import { getBlob, getBlobUrl, uploadBlob } from './blobs.ts';
import { getRun, installConnection, listRuns, runConnection, uninstallConnection } from './connections.ts';
import {
  createApiTokenCredential,
  createOAuthProviderCredential,
  deleteCredential,
  updateCredential,
} from './credentials.ts';
import { bulkEdges, createEdge, deleteEdge, listEdges, listItemBackrefs, listItemEdges, updateEdge } from './edges.ts';
import type { Endpoint } from './endpoint.ts';
import { streamEvents } from './events.ts';
import { getHealth, getReadiness } from './health.ts';
import { getIntegration, listIntegrations, registerIntegration } from './integrations.ts';
import { bulkAction } from './item-bulk-action.ts';
import {
  addItemTags,
  bulkItems,
  createItem,
  deleteItem,
  deleteItemExtension,
  getItem,
  getItemExtension,
  getItemMetadata,
  listItemExtensions,
  listItems,
  listItemVersions,
  patchItemMetadata,
  purgeItem,
  putItemExtension,
  putItemMetadata,
  removeItemTag,
  restoreItem,
  searchItems,
  transitionItem,
  updateItem,
} from './items.ts';
import { createKey, getKey, listKeys, revokeKey, updateKey } from './keys.ts';
import { leaseToken, leaseTokenAlias, listLeases, revokeLease, validateLease } from './leases.ts';
import {
  createOAuthClient,
  deleteOAuthClient,
  getGrant,
  getOAuthClient,
  listGrants,
  listOAuthClients,
  revokeGrant,
  rotateOAuthClientSecret,
  updateOAuthClient,
} from './oauth.ts';
import { mintRuntimeCredential } from './runtime-credentials.ts';
import { getSpaceConfig, putSpaceConfig } from './space-config.ts';
import { createTenant, getTenant, listTenants } from './tenants.ts';
import {
  createEdgeType,
  createType,
  deleteEdgeType,
  deleteType,
  getType,
  listEdgeTypes,
  listTypes,
  updateType,
} from './types.ts';
import { startConnectionOAuth } from './upstream-oauth.ts';
import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhookDeliveries,
  listWebhooks,
  updateWebhook,
} from './webhooks.ts';

/**
 * Every endpoint of the HTTP API by its name, in the order in which the reference shows them. The OpenAPI document, the
 * client and the tests that must reach each endpoint are made from this list.
 */
export const ENDPOINTS = {
  createItem,
  listItems,
  searchItems,
  getItem,
  updateItem,
  deleteItem,
  purgeItem,
  restoreItem,
  transitionItem,
  listItemVersions,
  bulkItems,
  bulkAction,
  getItemMetadata,
  putItemMetadata,
  patchItemMetadata,
  addItemTags,
  removeItemTag,
  listItemExtensions,
  getItemExtension,
  putItemExtension,
  deleteItemExtension,
  listItemEdges,
  listItemBackrefs,
  listEdges,
  createEdge,
  updateEdge,
  deleteEdge,
  bulkEdges,
  listEdgeTypes,
  createEdgeType,
  deleteEdgeType,
  listTypes,
  createType,
  getType,
  updateType,
  deleteType,
  streamEvents,
  createWebhook,
  listWebhooks,
  getWebhook,
  updateWebhook,
  deleteWebhook,
  listWebhookDeliveries,
  uploadBlob,
  getBlob,
  getBlobUrl,
  createKey,
  listKeys,
  getKey,
  updateKey,
  revokeKey,
  listIntegrations,
  getIntegration,
  registerIntegration,
  installConnection,
  uninstallConnection,
  runConnection,
  listRuns,
  getRun,
  createOAuthProviderCredential,
  createApiTokenCredential,
  updateCredential,
  deleteCredential,
  startConnectionOAuth,
  leaseToken,
  leaseTokenAlias,
  listLeases,
  revokeLease,
  validateLease,
  listAudit,
  createTenant,
  listTenants,
  getTenant,
  getSpaceConfig,
  putSpaceConfig,
  mintRuntimeCredential,
  getMe,
  listGrants,
  getGrant,
  revokeGrant,
  createOAuthClient,
  listOAuthClients,
  getOAuthClient,
  updateOAuthClient,
  deleteOAuthClient,
  rotateOAuthClientSecret,
  getHealth,
  getReadiness,
} as const satisfies Record<string, Endpoint>;

export type EndpointName = keyof typeof ENDPOINTS;

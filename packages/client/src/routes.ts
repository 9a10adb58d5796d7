import type { EndpointName } from '@withmarfa/shared';

/** Where each endpoint stands in the client: `client.items.create` calls `createItem`. One line makes an endpoint callable. */
export const ROUTES = {
  items: {
    create: 'createItem',
    list: 'listItems',
    get: 'getItem',
    update: 'updateItem',
    delete: 'deleteItem',
    restore: 'restoreItem',
    transition: 'transitionItem',
    bulk: 'bulkItems',
    metadata: 'getItemMetadata',
    addTags: 'addItemTags',
    removeTag: 'removeItemTag',
    extensions: 'listItemExtensions',
    extension: 'getItemExtension',
    putExtension: 'putItemExtension',
    deleteExtension: 'deleteItemExtension',
    edges: 'listItemEdges',
    backrefs: 'listItemBackrefs',
  },
  edges: { create: 'createEdge', delete: 'deleteEdge' },
  edgeTypes: { list: 'listEdgeTypes', create: 'createEdgeType', delete: 'deleteEdgeType' },
  types: { list: 'listTypes', get: 'getType', create: 'createType', update: 'updateType', delete: 'deleteType' },
  events: { stream: 'streamEvents' },
  webhooks: {
    create: 'createWebhook',
    list: 'listWebhooks',
    get: 'getWebhook',
    update: 'updateWebhook',
    delete: 'deleteWebhook',
    deliveries: 'listWebhookDeliveries',
  },
  blobs: { upload: 'uploadBlob', get: 'getBlob', url: 'getBlobUrl' },
  keys: { create: 'createKey', list: 'listKeys', get: 'getKey', update: 'updateKey', revoke: 'revokeKey' },
  integrations: { list: 'listIntegrations', get: 'getIntegration', register: 'registerIntegration' },
  connections: {
    install: 'installConnection',
    uninstall: 'uninstallConnection',
    run: 'runConnection',
    runs: 'listRuns',
    getRun: 'getRun',
  },
  audit: { list: 'listAudit' },
  tenants: { create: 'createTenant', list: 'listTenants', get: 'getTenant' },
  spaceConfig: { get: 'getSpaceConfig', replace: 'putSpaceConfig' },
  system: { mintRuntimeCredential: 'mintRuntimeCredential' },
  health: { get: 'getHealth' },
} as const satisfies Record<string, Record<string, EndpointName>>;

export type Routes = typeof ROUTES;

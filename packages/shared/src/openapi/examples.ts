const BOOKMARK = {
  type: 'core.bookmark',
  properties: { url: 'https://example.org/tides', title: 'Tide tables' },
  source_id: 'https://example.org/tides',
  tags: ['sailing'],
};
const NOTE_ID = '01980e6c-7d6a-7c3e-9f5b-2b7f3b0a9c11';
const BOOKMARK_ID = '01980e6c-8a10-7b52-8d0e-6f1d5c4e2a77';

const RECIPE = {
  id: 'user.recipe',
  label: 'Recipe',
  version: '1.0.0',
  fields: { title: { type: 'string', searchable: true }, servings: { type: 'integer' } },
  required: ['title'],
};

/** A body for each endpoint that needs one, by the endpoint's name: what the reference shows and its curl line sends. */
export const EXAMPLE_BODIES: Record<string, unknown> = {
  createItem: {
    type: 'core.note',
    properties: { title: 'Harbour', body: 'The tide turns at six.' },
    tags: ['sailing'],
  },
  updateItem: { properties: { title: 'Harbour, evening' }, version: 1 },
  transitionItem: { state: 'archived' },
  bulkItems: { mode: 'upsert', atomic: false, items: [BOOKMARK] },
  bulkAction: {
    type: 'core.bookmark',
    tags: ['read'],
    action: 'transition',
    to_state: 'archived',
    dry_run: true,
  },
  putItemMetadata: { tags: ['sailing'] },
  patchItemMetadata: { tags: ['summer'] },
  createWebhook: { url: 'https://example.org/hooks/marfa', events: ['item.created'], type_filter: 'core.note' },
  updateWebhook: { active: false },
  createInboundWebhook: { events: ['issues', 'pull_request'] },
  updateInboundWebhook: { disabled: true },
  replayDeadLetters: { filter: { kind: 'webhook', reason_contains: 'timed out' }, dry_run: true },
  replayAnyDeadLetters: { all: true, dry_run: true },
  addItemTags: { tags: ['sailing', 'summer'] },
  putItemExtension: { colour: 'blue', pinned: true },
  updateEdge: { properties: { position: 2 } },
  bulkEdges: {
    mode: 'upsert',
    edges: [{ source_id: NOTE_ID, target_id: BOOKMARK_ID, edge_type: 'references' }],
  },
  createEdge: { source_id: NOTE_ID, target_id: BOOKMARK_ID, edge_type: 'references' },
  createType: RECIPE,
  updateType: { ...RECIPE, version: '1.1.0', fields: { ...RECIPE.fields, season: { type: 'string' } } },
  createEdgeType: { id: 'cooked-with', cardinality: 'many-to-many', source_type_constraints: ['user.recipe'] },
  putSpaceConfig: { enforcement: { strict_mode: { types: ['user.*'] } }, retention: { trash_retention_days: 30 } },
  createKey: {
    label: 'Reading list',
    source: 'reading-list',
    type_permissions: { 'core.bookmark': 'write', 'core.*': 'read' },
    metadata_permissions: { tags: 'write' },
  },
  updateKey: { label: 'Reading list, laptop', type_permissions: { 'core.bookmark': 'write' } },
  createOAuthProviderCredential: {
    label: 'Harbour calendar',
    oauth_authorize_url: 'https://accounts.example.org/authorize',
    oauth_token_url: 'https://accounts.example.org/token',
    oauth_client_id: 'marfa-of-ada',
    oauth_client_secret: 'the secret that the provider showed',
    upstream_base_url: 'https://api.example.org/calendar/v3',
    oauth_default_scope: 'calendar.readonly calendar.events',
  },
  createApiTokenCredential: {
    label: 'Todoist of Ada',
    upstream_base_url: 'https://api.todoist.com',
    api_token: 'the token from the settings page of the service',
    auth_scheme: 'Bearer',
  },
  updateCredential: { api_token: 'the token that replaces it' },
  updateConnection: { label: 'Harbour feed', configuration: { feed_url: 'https://example.org/feed.xml' } },
  approveUpgrade: { to_version: '2.0.0' },
  leaseToken: { capability_id: 'drive', ttl_seconds: 600 },
  leaseTokenAlias: { capability_id: 'drive', ttl_seconds: 600 },
  validateLease: { lease_token: 'marfa_lt_0123456789abcdefghijABCDEFGHIJ0123456789' },
  createOAuthClient: {
    name: 'Harbour Notes',
    redirect_uris: ['https://notes.example.org/callback'],
    scopes: ['openid', 'core.note:write'],
  },
  updateOAuthClient: { redirect_uris: ['https://notes.example.org/callback', 'https://notes.example.com/callback'] },
  rotateOAuthClientSecret: { overlap_seconds: 3600 },
  registerIntegration: {
    manifest: {
      name: 'harbourlight.tide-watch',
      version: '0.3.1',
      publisher: 'Harbourlight Works',
      description: 'Saves each new harbour bulletin as a bookmark.',
      manifest_schema_version: '1.2.0',
      direction: 'read',
      target_types: ['core.bookmark'],
      triggers: [{ type: 'schedule', config: { cron: '20 */3 * * *' } }, { type: 'manual' }],
      runtime_compatibility: ['self-hosted'],
      bidirectional_handling: {},
      oauth_requirements: {},
      webhook_verification: { method: 'hmac-sha256' },
    },
  },
  installConnection: { integration_id: NOTE_ID, configuration: { feed_url: 'https://example.org/feed.xml' } },
  createTenant: { name: 'Harbourlight' },
  mintRuntimeCredential: { connection_id: NOTE_ID, label: 'Tide watch', source: 'harbourlight.tide-watch' },
};

/** Values for the parts of a path, by their names. */
export const EXAMPLE_PATH_VALUES: Record<string, string> = {
  id: NOTE_ID,
  run_id: BOOKMARK_ID,
  tag: 'sailing',
  hash: 'sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  namespace: 'acme.reader',
};

/** Where `id` of a path is a name and not a UUID, by the endpoint's name. */
export const EXAMPLE_NAMES: Record<string, string> = {
  getType: 'core.note',
  updateType: 'user.recipe',
  deleteType: 'user.recipe',
  deleteEdgeType: 'cooked-with',
};

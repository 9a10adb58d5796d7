import { v7 } from 'uuid';
import type { Answer, Api } from './api.ts';

/** Things of one space, and a call that names one of them: by another space it is answered as if it named nothing. */
export interface Room {
  /** An integration that every space can install, which needs a token. */
  needsToken: string;
  item: string;
  edge: string;
  key: string;
  connection: string;
  credential: string;
  activity: string;
  run: string;
  /** What the names of its own type and edge type end in. */
  type: string;
  webhook: string;
  /** Of an upstream. */
  token: string;
  /** A Connection that receives deliveries, and where. */
  receiver: string;
  inbound: string;
}
export interface Naming {
  thing: Exclude<keyof Room, 'needsToken'>;
  call: (api: Api, id: string, own: Room) => Promise<Answer>;
}

const naming = (thing: Naming['thing'], call: Naming['call']): Naming => ({ thing, call });
const onItem = (call: Naming['call']): Naming[] =>
  (['item', 'connection', 'credential', 'activity'] as const).map((thing) => naming(thing, call));
const onInbound = (call: (api: Api, path: string) => Promise<Answer>): Naming[] => [
  naming('receiver', (api, id, own) => call(api, `/connections/${id}/inbound-webhooks/${own.inbound}`)),
  naming('inbound', (api, id, own) => call(api, `/connections/${own.receiver}/inbound-webhooks/${id}`)),
];
const NAMES_NOTHING = 'it names nothing that a space has';
const SHARED = 'what it names is of all spaces';
const PLATFORM = 'it is for the platform, which acts in every space';

/** Every endpoint there is: the ways it can name something of a space, or why it has none. */
export const CASES: Record<string, readonly Naming[] | string> = {
  'GET /health': NAMES_NOTHING,
  'GET /health/ready': NAMES_NOTHING,
  'GET /audit': [naming('item', (api, id) => api.get(`/audit?resource_id=${id}`))],
  'GET /tenants': PLATFORM,
  'POST /tenants': PLATFORM,
  'GET /tenants/{id}': PLATFORM,
  'POST /system/runtime-credentials': PLATFORM,
  'POST /blobs': NAMES_NOTHING,
  'GET /blobs/{hash}': 'blobs.test.ts: a hash names nothing in another space',
  'GET /blobs/{hash}/url': 'blobs.test.ts: a hash names nothing in another space',
  'GET /types': NAMES_NOTHING,
  'GET /types/{id}': [naming('type', (api, id) => api.get(`/types/${typeOf(id)}`))],
  'POST /types': [
    naming('type', (api, id) => api.post('/types', { ...aType('user.child'), parent: typeOf(id), fields: {} })),
  ],
  'PUT /types/{id}': [
    naming('type', (api, id) => api.put(`/types/${typeOf(id)}`, { ...aType(typeOf(id)), version: '2.0.0' })),
  ],
  'DELETE /types/{id}': [naming('type', (api, id) => api.delete(`/types/${typeOf(id)}`))],
  'GET /edges/types': NAMES_NOTHING,
  'POST /edges/types': [
    naming('type', (api, id) => api.post('/edges/types', { id: 'mine', source_type_constraints: [typeOf(id)] })),
  ],
  'DELETE /edges/types/{id}': [naming('type', (api, id) => api.delete(`/edges/types/${edgeTypeOf(id)}`))],
  'GET /tenants/current/config': NAMES_NOTHING,
  'PUT /tenants/current/config': NAMES_NOTHING,
  'GET /integrations': SHARED,
  'GET /integrations/{id}': [
    naming('connection', (api, id) => api.get(`/integrations/${id}`)),
    naming('item', (api, id) => api.get(`/integrations/${id}`)),
  ],
  'POST /integrations': PLATFORM,
  'GET /auth/me': NAMES_NOTHING,
  'GET /auth/grants': NAMES_NOTHING,
  'GET /auth/grants/{id}': [naming('connection', (api, id) => api.get(`/auth/grants/${id}`))],
  'DELETE /auth/grants/{id}': [naming('connection', (api, id) => api.delete(`/auth/grants/${id}`))],
  'POST /auth/clients': PLATFORM,
  'GET /auth/clients': PLATFORM,
  'GET /auth/clients/{client_id}': PLATFORM,
  'PATCH /auth/clients/{client_id}': PLATFORM,
  'DELETE /auth/clients/{client_id}': PLATFORM,
  'POST /auth/clients/{client_id}/secret': PLATFORM,
  'GET /keys': NAMES_NOTHING,
  'POST /keys': NAMES_NOTHING,
  'GET /keys/{id}': [naming('key', (api, id) => api.get(`/keys/${id}`))],
  'PATCH /keys/{id}': [naming('key', (api, id) => api.patch(`/keys/${id}`, { label: 'Mine' }))],
  'DELETE /keys/{id}': [naming('key', (api, id) => api.delete(`/keys/${id}`))],
  'GET /items': [
    naming('item', (api, id) => api.get(`/items?source=${id}`)),
    naming('item', (api, id) => api.get(`/items?filter=${encodeURIComponent(`id eq "${id}"`)}`)),
  ],
  'GET /search': [
    naming('item', (api, id) => api.get(`/search?q=secret&source=${id}`)),
    naming('item', (api, id) => api.get(`/search?q=secret&filter=${encodeURIComponent(`id eq "${id}"`)}`)),
  ],
  'POST /items/bulk_action': (['transition', 'purge', 'update_tags', 'update_tier'] as const).map((action) =>
    naming('item', (api, id) =>
      api.post('/items/bulk_action', {
        action,
        ids: [id],
        ...(action === 'transition' ? { to_state: 'trashed' } : {}),
        ...(action === 'purge' ? { confirm: 'PURGE' } : {}),
        ...(action === 'update_tags' ? { add_tags: ['mine'] } : {}),
        ...(action === 'update_tier' ? { to_tier: 'feed' } : {}),
      }),
    ),
  ),
  'DELETE /items/{id}/purge': onItem((api, id) => api.delete(`/items/${id}/purge`)),
  'GET /items/{id}/versions': onItem((api, id) => api.get(`/items/${id}/versions`)),
  'PUT /items/{id}/metadata': onItem((api, id) => api.put(`/items/${id}/metadata`, { tags: ['mine'] })),
  'PATCH /items/{id}/metadata': onItem((api, id) => api.patch(`/items/${id}/metadata`, { tags: ['mine'] })),
  'POST /items': [
    naming('item', (api, id) => api.post('/items', { type: 'core.note', edges: { about: [id] } })),
    naming('connection', (api, id) => api.post('/items', { type: 'core.note', edges: { about: [id] } })),
    naming('type', (api, id) => api.post('/items', { type: typeOf(id) })),
    naming('type', (api, id) => api.post('/items', { type: 'core.note', edges: { [edgeTypeOf(id)]: [] } })),
  ],
  'POST /items/bulk': [
    naming('item', (api, id) =>
      api.post('/items/bulk', { mode: 'upsert', items: [{ type: 'core.note', edges: { about: [id] } }] }),
    ),
  ],
  'GET /items/{id}': onItem((api, id) => api.get(`/items/${id}?include=edges,metadata,extensions`)),
  'PATCH /items/{id}': [
    ...onItem((api, id) => api.patch(`/items/${id}`, { properties: { title: 'Mine' } })),
    ...onItem((api, id) => api.patch(`/items/${id}`, { version: 99, properties: {} })),
    naming('item', (api, id, own) => api.patch(`/items/${own.item}`, { edges: { about: [id] } })),
  ],
  'DELETE /items/{id}': onItem((api, id) => api.delete(`/items/${id}`)),
  'POST /items/{id}/restore': onItem((api, id) => api.post(`/items/${id}/restore`)),
  'POST /items/{id}/transition': onItem((api, id) => api.post(`/items/${id}/transition`, { state: 'revoked' })),
  'GET /items/{id}/metadata': onItem((api, id) => api.get(`/items/${id}/metadata`)),
  'POST /items/{id}/tags': onItem((api, id) => api.post(`/items/${id}/tags`, { tags: ['mine'] })),
  'DELETE /items/{id}/tags/{tag}': onItem((api, id) => api.delete(`/items/${id}/tags/secret`)),
  'GET /items/{id}/extensions': onItem((api, id) => api.get(`/items/${id}/extensions`)),
  'GET /items/{id}/extensions/{namespace}': onItem((api, id) => api.get(`/items/${id}/extensions/harbour`)),
  'PUT /items/{id}/extensions/{namespace}': onItem((api, id) => api.put(`/items/${id}/extensions/harbour`, { a: 1 })),
  'DELETE /items/{id}/extensions/{namespace}': onItem((api, id) => api.delete(`/items/${id}/extensions/harbour`)),
  'GET /items/{id}/edges': onItem((api, id) => api.get(`/items/${id}/edges`)),
  'GET /items/{id}/backrefs': onItem((api, id) => api.get(`/items/${id}/backrefs`)),
  'POST /edges': [
    naming('item', (api, id, own) => relate(api, own.item, id)),
    naming('item', (api, id, own) => relate(api, id, own.item)),
    naming('item', (api, id) => relate(api, id, id)),
    naming('credential', (api, id, own) => relate(api, own.item, id)),
  ],
  'GET /edges': [naming('type', (api, id) => api.get(`/edges?edge_type=${edgeTypeOf(id)}`))],
  'POST /edges/bulk': [
    naming('item', (api, id, own) => relateMany(api, own.item, id)),
    naming('item', (api, id, own) => relateMany(api, id, own.item)),
  ],
  'PATCH /edges/{id}': [naming('edge', (api, id) => api.patch(`/edges/${id}`, { properties: { mine: true } }))],
  'DELETE /edges/{id}': [naming('edge', (api, id) => api.delete(`/edges/${id}`))],
  'GET /events': NAMES_NOTHING,
  'POST /webhooks': NAMES_NOTHING,
  'GET /webhooks': NAMES_NOTHING,
  'GET /webhooks/{id}': [
    naming('webhook', (api, id) => api.get(`/webhooks/${id}`)),
    naming('item', (api, id) => api.get(`/webhooks/${id}`)),
  ],
  'PATCH /webhooks/{id}': [naming('webhook', (api, id) => api.patch(`/webhooks/${id}`, { events: ['item.created'] }))],
  'DELETE /webhooks/{id}': [naming('webhook', (api, id) => api.delete(`/webhooks/${id}`))],
  'GET /webhooks/{id}/deliveries': [naming('webhook', (api, id) => api.get(`/webhooks/${id}/deliveries`))],
  'POST /connections/install': [
    naming('connection', (api, id) => api.post('/connections/install', { integration_id: id })),
    naming('credential', (api, id, own) =>
      api.post('/connections/install', { integration_id: own.needsToken, credential_ref: id }),
    ),
  ],
  'POST /connections/{id}/uninstall': [naming('connection', (api, id) => api.post(`/connections/${id}/uninstall`))],
  'POST /connections/{id}/run': [naming('connection', (api, id) => api.post(`/connections/${id}/run`))],
  'PATCH /connections/{id}': [
    naming('connection', (api, id) => api.patch(`/connections/${id}`, { label: 'Mine' })),
    naming('token', (api, id, own) => api.patch(`/connections/${own.connection}`, { credential_ref: id })),
  ],
  ...Object.fromEntries(
    ['pause', 'resume', 'upgrade', 'oauth/start'].map((act) => [
      `POST /connections/{id}/${act}`,
      [naming('connection', (api, id) => api.post(`/connections/${id}/${act}`))],
    ]),
  ),
  'GET /connections/{id}/upgrade': [naming('connection', (api, id) => api.get(`/connections/${id}/upgrade`))],
  'POST /connections/{id}/upgrade/approve': [
    naming('connection', (api, id) => api.post(`/connections/${id}/upgrade/approve`, { to_version: '1.0.0' })),
  ],
  'POST /credentials/oauth-provider': NAMES_NOTHING,
  'POST /credentials/api-token': NAMES_NOTHING,
  'PATCH /credentials/{id}': [naming('token', (api, id) => api.patch(`/credentials/${id}`, { label: 'Mine' }))],
  'DELETE /credentials/{id}': [naming('token', (api, id) => api.delete(`/credentials/${id}`))],
  ...Object.fromEntries(
    ['lease-token', 'lease-tokens'].map((path) => [
      `POST /connections/{id}/${path}`,
      [naming('connection', (api, id) => api.post(`/connections/${id}/${path}`, { capability_id: 'files' }))],
    ]),
  ),
  'GET /connections/{id}/lease-tokens': [naming('connection', (api, id) => api.get(`/connections/${id}/lease-tokens`))],
  'POST /connections/{id}/lease-tokens/{lease_id}/revoke': [
    naming('connection', (api, id) => api.post(`/connections/${id}/lease-tokens/${v7()}/revoke`)),
    naming('run', (api, id, own) => api.post(`/connections/${own.connection}/lease-tokens/${id}/revoke`)),
  ],
  'POST /lease-tokens/validate': 'proxy tests: a token is known to whoever was shown it, and names nothing else',
  'POST /lease/{connection_id}/runtime': 'connection-lifecycle.test.ts: an identity key reaches its own integration',
  'POST /connections/{id}/inbound-webhooks': [
    naming('receiver', (api, id) => api.post(`/connections/${id}/inbound-webhooks`, { events: ['*'] })),
  ],
  'GET /connections/{id}/inbound-webhooks': [
    naming('receiver', (api, id) => api.get(`/connections/${id}/inbound-webhooks`)),
  ],
  'PATCH /connections/{id}/inbound-webhooks/{webhook_id}': onInbound((api, path) =>
    api.patch(path, { disabled: true }),
  ),
  'POST /connections/{id}/inbound-webhooks/{webhook_id}/rotate': onInbound((api, path) =>
    api.post(`${path}/rotate`, {}),
  ),
  'DELETE /connections/{id}/inbound-webhooks/{webhook_id}': onInbound((api, path) => api.delete(path)),
  'GET /connections/{id}/inbound-webhooks/{webhook_id}/deliveries': onInbound((api, path) =>
    api.get(`${path}/deliveries`),
  ),
  'POST /connections/{id}/inbound-webhooks/{webhook_id}/deliveries/{event_id}/retry': onInbound((api, path) =>
    api.post(`${path}/deliveries/${v7()}/retry`),
  ),
  'GET /connections/{id}/dlq': [naming('connection', (api, id) => api.get(`/connections/${id}/dlq`))],
  'POST /connections/{id}/dlq/{entry_id}/replay': [
    naming('connection', (api, id, own) => api.post(`/connections/${id}/dlq/${own.run}/replay`)),
    naming('run', (api, id, own) => api.post(`/connections/${own.connection}/dlq/${id}/replay`)),
  ],
  'POST /connections/{id}/dlq/replay': [
    naming('connection', (api, id) => api.post(`/connections/${id}/dlq/replay`, { all: true, dry_run: true })),
  ],
  'DELETE /connections/{id}/dlq/{entry_id}': [
    naming('connection', (api, id, own) => api.delete(`/connections/${id}/dlq/${own.run}`)),
    naming('run', (api, id, own) => api.delete(`/connections/${own.connection}/dlq/${id}`)),
  ],
  'POST /dlq/peek': PLATFORM,
  'POST /dlq/replay': PLATFORM,
  'POST /webhooks/inbound/{connection_id}': 'inbound-webhooks.test.ts: who sends proves it by a signature',
  'POST /runtime/webhook/{connection_id}': 'inbound-webhooks.test.ts: who sends proves it by a signature',
  'GET /connections/{id}/runs': [naming('connection', (api, id) => api.get(`/connections/${id}/runs`))],
  'GET /connections/{id}/runs/{run_id}': [
    naming('connection', (api, id, own) => api.get(`/connections/${id}/runs/${own.run}`)),
    naming('run', (api, id, own) => api.get(`/connections/${own.connection}/runs/${id}`)),
  ],
};

export const relate = (api: Api, source_id: string, target_id: string, edge_type = 'about') =>
  api.post('/edges', { source_id, target_id, edge_type });

const relateMany = (api: Api, source_id: string, target_id: string) =>
  api.post('/edges/bulk', { mode: 'upsert', edges: [{ source_id, target_id, edge_type: 'about' }] });
export const typeOf = (suffix: string) => `harbour.t-${suffix}`;
export const edgeTypeOf = (suffix: string) => `tied-${suffix}`;
export const aType = (id: string) => ({ id, version: '1.0.0', fields: { title: { type: 'string' } } });

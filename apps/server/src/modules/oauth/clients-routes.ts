import {
  createOAuthClient,
  deleteOAuthClient,
  type EndpointInput,
  getOAuthClient,
  listOAuthClients,
  MarfaError,
  rotateOAuthClientSecret,
  updateOAuthClient,
} from '@withmarfa/shared';
import { answer, type Mount, OK } from '../../http/mount-endpoint.ts';
import type { Caller } from '../../platform/caller.ts';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { NULL_SPACE_ID, toTenantId } from '../../platform/database/null-space.ts';
import type { Platform } from '../../platform/platform.ts';
import type { AuditService } from '../audit/index.ts';
import type { SpacesService } from '../spaces/index.ts';
import { redirectFaults, scopesOf } from './client-metadata.ts';
import type { ClientsService } from './clients-service.ts';
import { deleteClient, findClient, listAdminClients, type OAuthClient, updateClient } from './clients-store.ts';
import type { GrantsService } from './grants-service.ts';
import type { TokenAuthenticator } from './token-authenticator.ts';

export interface ClientRoutesDeps {
  platform: Platform;
  clients: ClientsService;
  grants: GrantsService;
  tokens: TokenAuthenticator;
  spaces: SpacesService;
  audit: AuditService;
}

/** The apps that operators register. */
export function mountClientRoutes(mount: Mount, deps: ClientRoutesDeps): void {
  const { platform, clients, grants, tokens, spaces, audit } = deps;
  const { database, now } = platform;

  const note = (
    transaction: Transaction,
    caller: Caller,
    { verb, client, details = {} }: { verb: string; client: OAuthClient; details?: Record<string, unknown> },
  ) =>
    audit.record(transaction, caller, {
      action: `auth.client.${verb}`,
      resource_type: 'oauth_client',
      resource_id: client.clientId,
      details: { name: client.name, ...details },
    });

  mount.endpoint(createOAuthClient, async ({ body }, caller) => {
    refuseUnfit(body);
    if (body.tenant_id) await spaces.get(body.tenant_id);
    const { client, secret } = await database.write(async (transaction) => {
      const made = await clients.create(transaction, {
        name: body.name,
        uri: null,
        redirectUris: body.redirect_uris,
        grantTypes: body.grant_types,
        authMethod: body.type === 'public' ? 'none' : 'client_secret_basic',
        scope: body.scopes.join(' '),
        origin: 'admin',
        spaceId: body.tenant_id === undefined ? caller.spaceId : (body.tenant_id ?? NULL_SPACE_ID),
        extensionPermissions: body.default_extension_permissions,
      });
      await note(transaction, caller, { verb: 'created', client: made.client, details: { origin: 'admin' } });
      return made;
    });
    return answer(201, { ...toWire(client), ...(secret ? { client_secret: secret.reveal() } : {}) });
  });

  mount.endpoint(listOAuthClients, async () =>
    answer(200, { clients: (await listAdminClients(database.read)).map(toWire) }),
  );

  mount.endpoint(getOAuthClient, async ({ params }) =>
    answer(200, toWire(await clientOf(database.read, params.client_id))),
  );

  mount.endpoint(updateOAuthClient, async ({ params, body }, caller) => {
    refuseRedirects(body.redirect_uris ?? []);
    const client = await database.write(async (transaction) => {
      const before = await clientOf(transaction, params.client_id);
      const after: OAuthClient = {
        ...before,
        name: body.name ?? before.name,
        redirectUris: body.redirect_uris ?? before.redirectUris,
        scope: body.scopes?.join(' ') ?? before.scope,
        extensionPermissions: body.default_extension_permissions ?? before.extensionPermissions,
      };
      tokens.forgetAll(transaction);
      await updateClient(transaction, after, now());
      await note(transaction, caller, { verb: 'updated', client: after, details: { fields: Object.keys(body) } });
      return after;
    });
    return answer(200, toWire(client));
  });

  mount.endpoint(rotateOAuthClientSecret, async ({ params, body }, caller) => {
    const { client, secret } = await database.write(async (transaction) => {
      const before = await clientOf(transaction, params.client_id);
      if (before.secret === null) throw new MarfaError('conflict', 'This is a public client: it has no secret.');
      tokens.forgetAll(transaction);
      const fresh = clients.freshSecret(before, body.overlap_seconds);
      await updateClient(transaction, { ...before, secret: fresh.kept }, now());
      await note(transaction, caller, {
        verb: 'secret_rotated',
        client: before,
        details: { overlap_seconds: body.overlap_seconds },
      });
      return { client: before, secret: fresh.secret };
    });
    return answer(200, { ...toWire(client), client_secret: secret.reveal() });
  });

  mount.endpoint(deleteOAuthClient, async ({ params }, caller) => {
    await database.write(async (transaction) => {
      const client = await clientOf(transaction, params.client_id);
      await grants.endAllOf(transaction, client.clientId, caller);
      tokens.forgetAll(transaction);
      await deleteClient(transaction, client.clientId);
      await note(transaction, caller, { verb: 'deleted', client });
    });
    return OK;
  });
}

async function clientOf(queryable: Queryable, clientId: string): Promise<OAuthClient> {
  const client = await findClient(queryable, clientId);
  if (client === null) throw new MarfaError('not_found', 'There is no such client.');
  return client;
}

type NewClient = EndpointInput<typeof createOAuthClient>['body'];

/** @throws MarfaError `validation_error` with everything that does not go together. */
function refuseUnfit({ type, grant_types: grants, redirect_uris: redirects, scopes }: NewClient): void {
  const issues = [
    ...(grants.includes('client_credentials') && type === 'public'
      ? [{ path: '$.grant_types', message: 'client_credentials needs a confidential client' }]
      : []),
    ...(grants.includes('client_credentials') && scopes.length === 0
      ? [{ path: '$.scopes', message: 'client_credentials gets the scopes named here: expected at least one' }]
      : []),
    ...(grants.includes('authorization_code') && redirects.length === 0
      ? [{ path: '$.redirect_uris', message: 'authorization_code needs at least one address' }]
      : []),
  ];
  if (issues.length > 0)
    throw new MarfaError('validation_error', 'The client cannot be made.', { details: { issues } });
  refuseRedirects(redirects);
}

function refuseRedirects(redirects: readonly string[]): void {
  const issues = redirectFaults(redirects).map(({ index, message }) => ({
    path: `$.redirect_uris[${index}]`,
    message,
  }));
  if (issues.length > 0)
    throw new MarfaError('validation_error', 'A redirect address cannot be used.', { details: { issues } });
}

function toWire(client: OAuthClient) {
  return {
    client_id: client.clientId,
    name: client.name,
    type: client.secret === null ? ('public' as const) : ('confidential' as const),
    redirect_uris: client.redirectUris,
    scopes: scopesOf(client.scope ?? ''),
    grant_types: client.grantTypes,
    default_extension_permissions: client.extensionPermissions,
    tenant_id: toTenantId(client.spaceId),
    created_at: new Date(client.createdAtMs).toISOString(),
  };
}

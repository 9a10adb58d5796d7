import type { AxisPermissions } from '@withmarfa/shared';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { fromJsonColumn, fromLibraryDate } from '../../platform/database/library-columns.ts';
import { preparedQuery } from '../../platform/database/prepared-query.ts';

/** An app that people can let in. */
export interface OAuthClient {
  clientId: string;
  name: string | null;
  uri: string | null;
  redirectUris: string[];
  grantTypes: string[];
  /** How it says it sends its secret; `none` for public clients. */
  authMethod: string;
  /** Hashes of its secrets, with the end of the one before; null for public clients. */
  secret: string | null;
  /** What it may ask for at the most, space-separated; null for no limit of its own. */
  scope: string | null;
  origin: 'dynamic' | 'admin';
  /** Where its own tokens act. */
  spaceId: string;
  extensionPermissions: AxisPermissions;
  createdAtMs: number;
  isUsed: boolean;
}

function selectClients(queryable: Queryable) {
  return queryable
    .selectFrom('oauth_clients')
    .innerJoin('oauth_client_settings', 'oauth_client_settings.client_id', 'oauth_clients.clientId')
    .select([
      'oauth_clients.clientId',
      'oauth_clients.clientSecret',
      'oauth_clients.name',
      'oauth_clients.uri',
      'oauth_clients.redirectUris',
      'oauth_clients.grantTypes',
      'oauth_clients.tokenEndpointAuthMethod',
      'oauth_clients.createdAt',
      'oauth_client_settings.origin',
      'oauth_client_settings.space_id',
      'oauth_client_settings.scope',
      'oauth_client_settings.extension_permissions',
      'oauth_client_settings.used_at_ms',
    ]);
}

type Row = Awaited<ReturnType<ReturnType<typeof selectClients>['executeTakeFirstOrThrow']>>;

const clientById = preparedQuery<{ clientId: string }, Row>(['clientId'], (queryable, value) =>
  selectClients(queryable).where('oauth_clients.clientId', '=', value.clientId),
);

export async function findClient(queryable: Queryable, clientId: string): Promise<OAuthClient | null> {
  const row = (await clientById(queryable, { clientId })).rows[0];
  return row ? toClient(row) : null;
}

/** The clients that operators made. */
export async function listAdminClients(queryable: Queryable): Promise<OAuthClient[]> {
  const rows = await selectClients(queryable)
    .where('oauth_client_settings.origin', '=', 'admin')
    .orderBy('oauth_clients.clientId')
    .execute();
  return rows.map(toClient);
}

function toClient(row: Row): OAuthClient {
  return {
    clientId: row.clientId,
    name: row.name,
    uri: row.uri,
    redirectUris: fromJsonColumn(row.redirectUris),
    grantTypes: row.grantTypes === null ? [] : fromJsonColumn(row.grantTypes),
    authMethod: row.tokenEndpointAuthMethod ?? 'none',
    secret: row.clientSecret,
    scope: row.scope,
    origin: row.origin === 'admin' ? 'admin' : 'dynamic',
    spaceId: row.space_id,
    extensionPermissions: JSON.parse(row.extension_permissions) as AxisPermissions,
    createdAtMs: fromLibraryDate(row.createdAt),
    isUsed: row.used_at_ms !== null,
  };
}

export async function insertClient(transaction: Transaction, id: string, client: OAuthClient): Promise<void> {
  const at = new Date(client.createdAtMs).toISOString();
  await transaction
    .insertInto('oauth_clients')
    .values({
      id,
      clientId: client.clientId,
      clientSecret: client.secret,
      name: client.name,
      uri: client.uri,
      redirectUris: JSON.stringify(client.redirectUris),
      grantTypes: JSON.stringify(client.grantTypes),
      responseTypes: JSON.stringify(['code']),
      tokenEndpointAuthMethod: client.authMethod,
      clientCredentialsScopes: null,
      createdAt: at,
      updatedAt: at,
    })
    .execute();
  await transaction
    .insertInto('oauth_client_settings')
    .values({
      client_id: client.clientId,
      origin: client.origin,
      space_id: client.spaceId,
      scope: client.scope,
      extension_permissions: JSON.stringify(client.extensionPermissions),
      created_at_ms: client.createdAtMs,
      used_at_ms: null,
    })
    .execute();
}

/** Replaces what an operator may change of a client. */
export async function updateClient(transaction: Transaction, client: OAuthClient, at: Date): Promise<void> {
  await transaction
    .updateTable('oauth_clients')
    .set({
      name: client.name,
      redirectUris: JSON.stringify(client.redirectUris),
      clientSecret: client.secret,
      updatedAt: at.toISOString(),
    })
    .where('clientId', '=', client.clientId)
    .execute();
  await transaction
    .updateTable('oauth_client_settings')
    .set({ scope: client.scope, extension_permissions: JSON.stringify(client.extensionPermissions) })
    .where('client_id', '=', client.clientId)
    .execute();
}

export async function markClientUsed(transaction: Transaction, clientId: string, nowMs: number): Promise<void> {
  await transaction
    .updateTable('oauth_client_settings')
    .set({ used_at_ms: nowMs })
    .where('client_id', '=', clientId)
    .where('used_at_ms', 'is', null)
    .execute();
}

/** Removes a client with its tokens, consents and device codes. */
export async function deleteClient(transaction: Transaction, clientId: string): Promise<void> {
  await transaction.deleteFrom('oauth_clients').where('clientId', '=', clientId).execute();
}

/** Removes clients that registered themselves before a moment and never got a token. */
export async function deleteUnusedClients(transaction: Transaction, beforeMs: number): Promise<void> {
  await transaction
    .deleteFrom('oauth_clients')
    .where('clientId', 'in', (query) =>
      query
        .selectFrom('oauth_client_settings')
        .select('client_id')
        .where('origin', '=', 'dynamic')
        .where('used_at_ms', 'is', null)
        .where('created_at_ms', '<', beforeMs),
    )
    .execute();
}

import type { Selectable } from 'kysely';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { fromJsonColumn, fromLibraryDate } from '../../platform/database/library-columns.ts';
import { preparedQuery } from '../../platform/database/prepared-query.ts';
import type { JsonColumn, LibraryDate, Tables } from '../../platform/database/tables.ts';

/** An access token as a request acts with it: its client, its user, and what that user still grants the client. */
export interface ActingToken {
  id: string;
  clientId: string;
  userId: string | null;
  scopes: string[];
  createdAtMs: number;
  expiresAtMs: number;
  /** JSON of the registration's extension permissions. */
  extensionPermissions: string;
  /** Of a token without a user. */
  clientSpaceId: string;
  grant: { id: string; spaceId: string; source: string; scopes: string[]; lastUsedAt: string | null } | null;
  spaceRevision: number;
}

interface ActingTokenRow {
  id: string;
  clientId: string;
  userId: string | null;
  scopes: JsonColumn<string[]>['__select__'];
  createdAt: LibraryDate['__select__'];
  expiresAt: LibraryDate['__select__'];
  extension_permissions: string;
  client_space_id: string;
  grant_id: string | null;
  grant_space_id: string | null;
  grant_source: string | null;
  grant_scopes: string | null;
  grant_last_used_at: string | null;
  space_revision: number;
}

const tokenByHash = preparedQuery<{ hash: string }, ActingTokenRow>(['hash'], (queryable, value) =>
  queryable
    .selectFrom('oauth_access_tokens as token')
    .innerJoin('oauth_client_settings as settings', 'settings.client_id', 'token.clientId')
    .leftJoin('app_grants as grant', (join) =>
      join.onRef('grant.user_id', '=', 'token.userId').onRef('grant.client_id', '=', 'token.clientId'),
    )
    .innerJoin('spaces', (join) =>
      join.on((row) => row('spaces.id', '=', row.fn.coalesce('grant.space_id', 'settings.space_id'))),
    )
    .select([
      'token.id',
      'token.clientId',
      'token.userId',
      'token.scopes',
      'token.createdAt',
      'token.expiresAt',
      'settings.extension_permissions',
      'settings.space_id as client_space_id',
      'grant.id as grant_id',
      'grant.space_id as grant_space_id',
      'grant.source as grant_source',
      'grant.scopes as grant_scopes',
      'grant.last_used_at as grant_last_used_at',
      'spaces.revision as space_revision',
    ])
    .where('token.token', '=', value.hash),
);

/** @returns the token with this hash, expired or not; null for one whose user no longer grants its client anything. */
export async function findActingToken(queryable: Queryable, hash: string): Promise<ActingToken | null> {
  const row = (await tokenByHash(queryable, { hash })).rows[0];
  if (!row || (row.userId !== null && row.grant_id === null)) return null;
  return {
    id: row.id,
    clientId: row.clientId,
    userId: row.userId,
    scopes: fromJsonColumn<string[]>(row.scopes),
    createdAtMs: fromLibraryDate(row.createdAt),
    expiresAtMs: fromLibraryDate(row.expiresAt),
    extensionPermissions: row.extension_permissions,
    clientSpaceId: row.client_space_id,
    spaceRevision: row.space_revision,
    grant:
      row.grant_id === null
        ? null
        : {
            id: row.grant_id,
            spaceId: row.grant_space_id ?? '',
            source: row.grant_source ?? '',
            scopes: JSON.parse(row.grant_scopes ?? '[]') as string[],
            lastUsedAt: row.grant_last_used_at,
          },
  };
}

/** A refresh token as it is kept; spent ones stay until they expire, so that a second use is seen. */
export interface RefreshToken {
  id: string;
  clientId: string;
  userId: string;
  family: string | null;
  scopes: string[];
  createdAtMs: number;
  expiresAtMs: number;
  isSpent: boolean;
  isRevoked: boolean;
}

const refreshTokenByHash = preparedQuery<{ hash: string }, RefreshTokenRow>(['hash'], (queryable, value) =>
  queryable
    .selectFrom('oauth_refresh_tokens')
    .select([
      'id',
      'clientId',
      'userId',
      'authorizationCodeId',
      'scopes',
      'createdAt',
      'expiresAt',
      'revoked',
      'rotatedAt',
    ])
    .where('token', '=', value.hash),
);

type RefreshTokenRow = Omit<Selectable<Tables['oauth_refresh_tokens']>, 'token'>;

export async function findRefreshToken(queryable: Queryable, hash: string): Promise<RefreshToken | null> {
  const row = (await refreshTokenByHash(queryable, { hash })).rows[0];
  if (!row) return null;
  return {
    id: row.id,
    clientId: row.clientId,
    userId: row.userId,
    family: row.authorizationCodeId,
    scopes: fromJsonColumn(row.scopes),
    createdAtMs: fromLibraryDate(row.createdAt),
    expiresAtMs: fromLibraryDate(row.expiresAt),
    isSpent: row.rotatedAt !== null,
    isRevoked: row.revoked !== null,
  };
}

/** A narrowed refresh narrows the access token; the refresh token goes on with what was granted (RFC 6749 section 6). */
export async function setRefreshScopes(
  transaction: Transaction,
  hash: string,
  scopes: readonly string[],
): Promise<void> {
  await transaction
    .updateTable('oauth_refresh_tokens')
    .set({ scopes: JSON.stringify(scopes) })
    .where('token', '=', hash)
    .execute();
}

/** Kills what came of one authorization. Refresh tokens stay known, as dead ones. */
export async function killFamily(transaction: Transaction, family: string, at: Date): Promise<void> {
  await transaction.deleteFrom('oauth_access_tokens').where('authorizationCodeId', '=', family).execute();
  await transaction
    .updateTable('oauth_refresh_tokens')
    .set({ revoked: at.toISOString() })
    .where('authorizationCodeId', '=', family)
    .where('revoked', 'is', null)
    .execute();
}

export async function deleteAccessToken(transaction: Transaction, hash: string): Promise<void> {
  await transaction.deleteFrom('oauth_access_tokens').where('token', '=', hash).execute();
}

export async function deleteRefreshToken(transaction: Transaction, hash: string): Promise<void> {
  await transaction.deleteFrom('oauth_refresh_tokens').where('token', '=', hash).execute();
}

/** Removes everything that lets a client act for a person, and the library's memory of their consent. */
export async function deleteTokensOf(
  transaction: Transaction,
  { userId, clientId }: { userId: string; clientId: string },
): Promise<void> {
  for (const table of ['oauth_access_tokens', 'oauth_refresh_tokens', 'oauth_consents'] as const) {
    await transaction.deleteFrom(table).where('userId', '=', userId).where('clientId', '=', clientId).execute();
  }
  await transaction
    .deleteFrom('device_codes')
    .where('user_id', '=', userId)
    .where('client_id', '=', clientId)
    .execute();
}

/** Removes what has expired by itself. */
export async function deleteExpired(transaction: Transaction, at: Date): Promise<void> {
  const before = at.toISOString();
  await transaction.deleteFrom('oauth_access_tokens').where('expiresAt', '<', before).execute();
  await transaction.deleteFrom('oauth_refresh_tokens').where('expiresAt', '<', before).execute();
  await transaction
    .deleteFrom('device_codes')
    .where('expires_at_ms', '<', at.getTime() - 86_400_000)
    .execute();
  await transaction.deleteFrom('spent_forms').where('expires_at_ms', '<', at.getTime()).execute();
}

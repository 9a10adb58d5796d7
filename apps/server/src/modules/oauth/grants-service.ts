import { MarfaError } from '@withmarfa/shared';
import type { Selectable } from 'kysely';
import { advisoryLock } from '../../platform/database/advisory-lock.ts';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { preparedQuery } from '../../platform/database/prepared-query.ts';
import type { Tables } from '../../platform/database/tables.ts';
import type { Platform } from '../../platform/platform.ts';
import {
  editSystemItem,
  findSystemItem,
  insertSystemItem,
  mergeSystemItem,
  revokeSystemItem,
} from '../../platform/system-items.ts';
import type { AuditService } from '../audit/index.ts';
import type { OAuthClient } from './clients-store.ts';
import { sourceOf, type TokenAuthenticator } from './token-authenticator.ts';
import { deleteTokensOf } from './tokens-store.ts';

/** What a person lets an app do: a `system.connection` of kind `app`. */
export interface Grant {
  id: string;
  clientId: string;
  clientName: string | null;
  scopes: string[];
  grantedAt: string;
  lastUsedAt: string | null;
  status: 'active' | 'revoked';
}

/** The person who decides, as their browser session tells. */
export interface Granter {
  userId: string;
  spaceId: string;
  /** The key they act with in the browser; what they do is audited under it. */
  keyId: string;
  clientIp: string | null;
}

/** Whose grants are meant: one person's, or those of everybody in a space. */
export type GrantsOf = { userId: string } | { spaceId: string };

export interface GrantsService {
  /** What a person grants a client at the moment. */
  find(queryable: Queryable, who: { userId: string; clientId: string }): Promise<Grant | null>;
  /**
   * Records what was consented to; a grant that is there is changed in place.
   * @param source which page asked: the browser's redirect or a device's code.
   */
  record(
    transaction: Transaction,
    granter: Granter,
    consent: { client: OAuthClient; scopes: readonly string[]; source: 'code' | 'device' },
  ): Promise<void>;
  /** Lets one writer at a time touch what a person grants a client. */
  lock(transaction: Transaction, who: { userId: string; clientId: string }): Promise<void>;
  list(of: GrantsOf): Promise<Grant[]>;
  /** @throws MarfaError `not_found` for another person's as for none. */
  get(of: GrantsOf, id: string): Promise<Grant>;
  /**
   * Ends a grant: its tokens are dead on the next request.
   * @returns false when it was revoked before.
   * @throws MarfaError `not_found`
   */
  revoke(
    transaction: Transaction,
    actor: { of: GrantsOf; keyId: string | null; clientIp: string | null },
    id: string,
  ): Promise<boolean>;
  /** Ends every grant to a client that is about to be removed. */
  endAllOf(
    transaction: Transaction,
    clientId: string,
    actor: { keyId: string | null; clientIp: string | null },
  ): Promise<void>;
}

export interface GrantsDeps {
  platform: Platform;
  audit: AuditService;
  tokens: TokenAuthenticator;
}

type GrantRow = Selectable<Tables['app_grants']> & { name: string | null };

function active(queryable: Queryable) {
  return queryable
    .selectFrom('app_grants')
    .innerJoin('oauth_clients', 'oauth_clients.clientId', 'app_grants.client_id')
    .selectAll('app_grants')
    .select('oauth_clients.name');
}

const grantOfPair = preparedQuery<{ userId: string; clientId: string }, GrantRow>(
  ['userId', 'clientId'],
  (queryable, value) =>
    active(queryable).where('app_grants.user_id', '=', value.userId).where('app_grants.client_id', '=', value.clientId),
);

export function createGrantsService({ platform, audit, tokens }: GrantsDeps): GrantsService {
  const { database, newId, now } = platform;

  const lock: GrantsService['lock'] = (transaction, { userId, clientId }) =>
    advisoryLock(transaction, database.dialect, `grant:${userId}:${clientId}`);

  function activeOf(queryable: Queryable, of: GrantsOf) {
    return 'userId' in of
      ? active(queryable).where('app_grants.user_id', '=', of.userId)
      : active(queryable).where('app_grants.space_id', '=', of.spaceId);
  }

  return {
    lock,

    async find(queryable, { userId, clientId }) {
      const row = (await grantOfPair(queryable, { userId, clientId })).rows[0];
      return row ? toGrant(row) : null;
    },

    async record(transaction, granter, { client, scopes, source }) {
      const { userId, spaceId } = granter;
      await lock(transaction, { userId, clientId: client.clientId });
      const at = now();
      const before = await transaction
        .selectFrom('app_grants')
        .selectAll()
        .where('user_id', '=', userId)
        .where('client_id', '=', client.clientId)
        .executeTakeFirst();
      const id = before?.id ?? newId();
      const granted = { scopes: JSON.stringify(scopes), granted_at: at.toISOString() };
      const properties = {
        kind: 'app',
        status: 'active',
        granted_at: granted.granted_at,
        client_id: client.clientId,
        scopes: [...scopes],
        label: client.name ?? client.clientId,
        ...(before?.last_used_at ? { last_used_at: before.last_used_at } : {}),
      };
      if (before) {
        tokens.forgetAll(transaction);
        await transaction.updateTable('app_grants').set(granted).where('id', '=', id).execute();
        await editSystemItem(transaction, spaceId, id, { properties, at });
      } else {
        await insertSystemItem(transaction, {
          id,
          spaceId,
          type: 'system.connection',
          properties,
          source: sourceOf(client.clientId),
          at,
        });
        await transaction
          .insertInto('app_grants')
          .values({
            id,
            space_id: spaceId,
            user_id: userId,
            client_id: client.clientId,
            source: sourceOf(client.clientId),
            ...granted,
            last_used_at: null,
          })
          .execute();
      }
      await audit.record(transaction, granter, {
        action: 'auth.grant.created',
        resource_type: 'oauth_client',
        resource_id: client.clientId,
        details: {
          client_id: client.clientId,
          user_id: userId,
          scopes: [...scopes],
          grant_item_id: id,
          source,
          created: before === undefined,
        },
      });
    },

    async list(of) {
      const rows = await activeOf(database.read, of).orderBy('granted_at', 'desc').orderBy('app_grants.id').execute();
      return rows.map(toGrant);
    },

    async get(of, id) {
      const row = await activeOf(database.read, of).where('app_grants.id', '=', id).executeTakeFirst();
      if (!row) throw noSuchGrant();
      return toGrant(row);
    },

    async revoke(transaction, { of, keyId, clientIp }, id) {
      const found = await activeOf(transaction, of).where('app_grants.id', '=', id).executeTakeFirst();
      if (!found) {
        if (await wasRevoked(transaction, of, id)) return false;
        throw noSuchGrant();
      }
      return end(transaction, found, { keyId, clientIp });
    },

    async endAllOf(transaction, clientId, actor) {
      const rows = await active(transaction).where('client_id', '=', clientId).execute();
      for (const row of rows) await end(transaction, row, actor);
    },
  };

  /** @returns false when another was faster while this one waited. */
  async function end(
    transaction: Transaction,
    { id, user_id: userId, client_id: clientId }: Selectable<Tables['app_grants']>,
    { keyId, clientIp }: { keyId: string | null; clientIp: string | null },
  ): Promise<boolean> {
    await lock(transaction, { userId, clientId });
    const grant = await active(transaction).where('app_grants.id', '=', id).executeTakeFirst();
    if (!grant) return false;
    await endGrant(transaction, grant);
    await audit.record(
      transaction,
      { keyId, spaceId: grant.space_id, clientIp },
      {
        action: 'auth.grant.revoked',
        resource_type: 'oauth_client',
        resource_id: grant.client_id,
        details: { client_id: clientId, user_id: userId, grant_item_id: id },
      },
    );
    return true;
  }

  async function endGrant(transaction: Transaction, grant: Selectable<Tables['app_grants']>): Promise<void> {
    tokens.forgetAll(transaction);
    await deleteTokensOf(transaction, { userId: grant.user_id, clientId: grant.client_id });
    await transaction.deleteFrom('app_grants').where('id', '=', grant.id).execute();
    const at = now();
    await mergeSystemItem(transaction, grant.space_id, grant.id, {
      status: 'revoked',
      revoked_at: at.toISOString(),
    });
    await revokeSystemItem(transaction, grant.space_id, grant.id, at);
  }

  /** Of a grant that has ended there is only its item left, in the space of the person who gave it. */
  async function wasRevoked(queryable: Queryable, of: GrantsOf, id: string): Promise<boolean> {
    const spaces =
      'spaceId' in of
        ? [of.spaceId]
        : (
            await queryable.selectFrom('space_members').select('space_id').where('user_id', '=', of.userId).execute()
          ).map((member) => member.space_id);
    for (const spaceId of spaces) {
      const item = await findSystemItem(queryable, spaceId, id, 'system.connection');
      if (item?.properties.kind === 'app' && item.state === 'revoked') return true;
    }
    return false;
  }
}

function toGrant(row: GrantRow): Grant {
  return {
    id: row.id,
    clientId: row.client_id,
    clientName: row.name,
    scopes: JSON.parse(row.scopes) as string[],
    grantedAt: row.granted_at,
    lastUsedAt: row.last_used_at,
    status: 'active',
  };
}

function noSuchGrant(): MarfaError {
  return new MarfaError('not_found', 'There is no such grant.');
}

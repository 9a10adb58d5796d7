import type { Insertable, Selectable } from 'kysely';
import type { ActingKey } from '../../platform/acting-key.ts';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { preparedQuery } from '../../platform/database/prepared-query.ts';
import type { Tables } from '../../platform/database/tables.ts';

export type KeyRow = Selectable<Tables['api_keys']>;

export function insertKey(transaction: Transaction, row: Insertable<Tables['api_keys']>) {
  return transaction.insertInto('api_keys').values(row).execute();
}

function actingKeys(queryable: Queryable) {
  return queryable
    .selectFrom('api_keys')
    .innerJoin('spaces', 'spaces.id', 'api_keys.space_id')
    .selectAll('api_keys')
    .select('spaces.revision as space_revision')
    .where('revoked_at', 'is', null);
}

const liveKeyByHash = preparedQuery<{ hash: string; nowMs: number }, ActingKey['row']>(
  ['hash', 'nowMs'],
  (queryable, value) =>
    actingKeys(queryable)
      .where('hash', '=', value.hash)
      .where((row) => row.or([row('expires_at_ms', 'is', null), row('expires_at_ms', '>', value.nowMs)])),
);

/** The live key with this hash, of any space: the hash is what tells the space. */
export async function findLiveKey(
  queryable: Queryable,
  hash: string,
  nowMs: number,
): Promise<ActingKey['row'] | undefined> {
  return (await liveKeyByHash(queryable, { hash, nowMs })).rows[0];
}

export function findKeyById(queryable: Queryable, id: string, nowMs: number): Promise<ActingKey['row'] | undefined> {
  return actingKeys(queryable)
    .where('api_keys.id', '=', id)
    .where((row) => row.or([row('expires_at_ms', 'is', null), row('expires_at_ms', '>', nowMs)]))
    .executeTakeFirst();
}

/** Keys that people made, not runtime credentials, that still live. */
function ownKeys(queryable: Queryable, spaceId: string) {
  return queryable
    .selectFrom('api_keys')
    .selectAll()
    .where('space_id', '=', spaceId)
    .where('connection_id', 'is', null)
    .where('revoked_at', 'is', null);
}

export function listOwnKeys(queryable: Queryable, spaceId: string): Promise<KeyRow[]> {
  return ownKeys(queryable, spaceId).orderBy('id').execute();
}

/** What the runs of the space's Connections act with and has not expired. */
export function listRuntimeKeys(queryable: Queryable, spaceId: string, nowMs: number): Promise<KeyRow[]> {
  return queryable
    .selectFrom('api_keys')
    .selectAll()
    .where('space_id', '=', spaceId)
    .where('connection_id', 'is not', null)
    .where('revoked_at', 'is', null)
    .where('expires_at_ms', '>', nowMs)
    .orderBy('id')
    .execute();
}

export function findOwnKey(queryable: Queryable, spaceId: string, id: string): Promise<KeyRow | undefined> {
  return ownKeys(queryable, spaceId).where('id', '=', id).executeTakeFirst();
}

export function changeKey(
  transaction: Transaction,
  spaceId: string,
  id: string,
  changes: Partial<Insertable<Tables['api_keys']>>,
) {
  return transaction
    .updateTable('api_keys')
    .set(changes)
    .where('space_id', '=', spaceId)
    .where('id', '=', id)
    .execute();
}

/** @returns whether an active Connection of the space writes under this source. */
export async function isConnectionSource(queryable: Queryable, spaceId: string, source: string): Promise<boolean> {
  const row = await queryable
    .selectFrom('connections')
    .select('id')
    .where('space_id', '=', spaceId)
    .where('source', '=', source)
    .where('active', '=', 1)
    .executeTakeFirst();
  return row !== undefined;
}

/** @returns whether a person acts with this key in the browser. */
export async function isOwnersKey(queryable: Queryable, keyId: string): Promise<boolean> {
  const row = await queryable
    .selectFrom('space_members')
    .select('user_id')
    .where('key_id', '=', keyId)
    .executeTakeFirst();
  return row !== undefined;
}

/** @returns whether this was a key of the space and has been revoked. */
export async function isRevokedKey(queryable: Queryable, spaceId: string, id: string): Promise<boolean> {
  const row = await queryable
    .selectFrom('api_keys')
    .select('id')
    .where('space_id', '=', spaceId)
    .where('id', '=', id)
    .where('revoked_at', 'is not', null)
    .executeTakeFirst();
  return row !== undefined;
}

import {
  type AxisPermissions,
  type CreateKeyInput,
  type Cycle,
  type Key,
  MarfaError,
  mintToken,
  noPermissions,
  type Role,
  type TypePermissions,
  type UpdateKeyInput,
} from '@withmarfa/shared';
import { APP_SOURCE_PREFIX } from '../../platform/app-source.ts';
import type { Caller } from '../../platform/caller.ts';
import { advisoryLock } from '../../platform/database/advisory-lock.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { NULL_SPACE_ID } from '../../platform/database/null-space.ts';
import { isUniqueViolation } from '../../platform/database/storage-fault.ts';
import type { Platform } from '../../platform/platform.ts';
import { Secret } from '../../platform/secret.ts';
import { insertSystemItem, revokeSystemItem } from '../../platform/system-items.ts';
import { createKeyAuthenticator, type KeyAuthenticator } from './key-authenticator.ts';
import { mapColumns, toKey } from './key-shape.ts';
import {
  changeKey,
  findOwnKey,
  insertKey,
  isConnectionSource,
  isOwnersKey,
  isRevokedKey,
  type KeyRow,
  listOwnKeys,
  listRuntimeKeys,
} from './keys-store.ts';
import { refuseWiderKey } from './refuse-wider-key.ts';

const BOOTSTRAP_DOOR = 'bootstrap_closed_by';

/** A short-lived key for one Connection's runs. */
export interface RuntimeKeyRequest {
  spaceId: string;
  connectionId: string;
  credentialId: string;
  label: string;
  source: string;
  typePermissions: TypePermissions;
  extensionPermissions: AxisPermissions;
  edgePermissions: AxisPermissions;
  /** The chain that what is written with it belongs to; absent, it begins one. */
  cycle?: Cycle | undefined;
  ttlSeconds: number;
}

export interface KeysService extends Omit<KeyAuthenticator, 'hashOf'> {
  create(transaction: Transaction, caller: Caller, input: CreateKeyInput): Promise<{ key: Key; secret: Secret }>;
  /** The first key of a server: always an admin. @throws MarfaError `unauthorized` once the door is closed. */
  createFirst(transaction: Transaction, input: CreateKeyInput): Promise<{ key: Key; secret: Secret }>;
  /** Makes a key without looking at who asks; for the platform's own acts. */
  createUnchecked(
    transaction: Transaction,
    spaceId: string,
    input: CreateKeyInput,
  ): Promise<{ key: Key; secret: Secret }>;
  /** Closes the bootstrap door for good. */
  closeBootstrap(transaction: Transaction, by: string): Promise<boolean>;
  /** The keys that people made, and with `runtime` those of Connections that live. */
  list(caller: Caller, include?: { runtime: boolean }): Promise<Key[]>;
  get(caller: Caller, id: string): Promise<Key>;
  update(transaction: Transaction, caller: Caller, id: string, input: UpdateKeyInput): Promise<Key>;
  /** @returns false when it was revoked before: doing it twice is no error. */
  revoke(transaction: Transaction, caller: Caller, id: string): Promise<boolean>;
  mintRuntimeKey(
    transaction: Transaction,
    request: RuntimeKeyRequest,
  ): Promise<{ id: string; secret: Secret; createdAt: Date; expiresAt: Date }>;
  /** Kills every runtime key of a Connection at once. */
  revokeRuntimeKeys(transaction: Transaction, spaceId: string, connectionId: string): Promise<void>;
}

/** API keys and runtime credentials. Only a keyed hash of a secret is ever stored. */
export function createKeysService(platform: Platform): KeysService {
  const { database, now, newId, randomBytes, actingKeys } = platform;
  const authenticator = createKeyAuthenticator(platform);
  const { hashOf } = authenticator;

  async function createUnchecked(transaction: Transaction, spaceId: string, input: CreateKeyInput) {
    await advisoryLock(transaction, database.dialect, `${spaceId}:sources`);
    const isTaken =
      input.source.startsWith(APP_SOURCE_PREFIX) || (await isConnectionSource(transaction, spaceId, input.source));
    if (isTaken) throw sourceTaken(input.source);
    const id = newId();
    const at = now();
    const token = mintToken('apiKey', randomBytes);
    const row: KeyRow = {
      id,
      space_id: spaceId,
      credential_id: id,
      hash: hashOf(token),
      label: input.label,
      source: input.source,
      role: input.role,
      default_tier: input.default_tier,
      is_platform: input.is_platform ? 1 : 0,
      type_permissions: JSON.stringify(input.type_permissions),
      extension_permissions: JSON.stringify(input.extension_permissions),
      edge_permissions: JSON.stringify(input.edge_permissions),
      metadata_permissions: JSON.stringify(input.metadata_permissions),
      connection_id: null,
      cycle_origin: null,
      cycle_hop: null,
      expires_at_ms: null,
      revoked_at: null,
      created_at: at.toISOString(),
      last_used_at: null,
    };
    try {
      await insertKey(transaction, row);
    } catch (error) {
      throw isUniqueViolation(error) ? sourceTaken(input.source) : error;
    }
    await insertSystemItem(transaction, {
      id,
      spaceId,
      type: 'system.credential',
      properties: { label: input.label, kind: 'api_key', scopes: [] },
      source: input.source,
      at,
    });
    return { key: toKey(row), secret: Secret.of(token) };
  }

  async function ownKey(caller: Caller, id: string, queryable = database.read): Promise<KeyRow> {
    const row = await findOwnKey(queryable, caller.spaceId, id);
    if (!row) throw new MarfaError('not_found', 'There is no such key.');
    return row;
  }

  function refuseAbove(caller: Caller, row: KeyRow): void {
    if (row.role === 'admin' && caller.role !== 'admin')
      throw new MarfaError('forbidden', 'Only an admin can change an admin key.');
  }

  async function closeBootstrap(transaction: Transaction, by: string): Promise<boolean> {
    const result = await transaction
      .insertInto('settings')
      .values({ key: BOOTSTRAP_DOOR, value: by })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  return {
    createUnchecked,
    closeBootstrap,

    authenticate: authenticator.authenticate,
    callerOfKey: authenticator.callerOfKey,

    create(transaction, caller, input) {
      refuseWiderKey(caller, {
        role: input.role,
        isPlatform: input.is_platform,
        extensionPermissions: input.extension_permissions,
      });
      return createUnchecked(transaction, caller.spaceId, input);
    },

    async createFirst(transaction, input) {
      if (!(await closeBootstrap(transaction, 'first key'))) {
        throw new MarfaError(
          'unauthorized',
          'This server already has its first key or its owner. Making a key needs an admin credential.',
        );
      }
      return createUnchecked(transaction, NULL_SPACE_ID, { ...input, role: 'admin' });
    },

    async list(caller, include = { runtime: false }) {
      const own = await listOwnKeys(database.read, caller.spaceId);
      const ofRuns = include.runtime ? await listRuntimeKeys(database.read, caller.spaceId, now().getTime()) : [];
      return [...own, ...ofRuns].map(toKey);
    },

    async get(caller, id) {
      return toKey(await ownKey(caller, id));
    },

    async update(transaction, caller, id, { label, default_tier, ...maps }) {
      const row = await ownKey(caller, id, transaction);
      refuseAbove(caller, row);
      if (maps.extension_permissions) {
        refuseWiderKey(caller, {
          role: row.role as Role,
          isPlatform: false,
          extensionPermissions: maps.extension_permissions,
        });
      }
      const changes = {
        ...(label === undefined ? {} : { label }),
        ...(default_tier === undefined ? {} : { default_tier }),
        ...mapColumns(maps as Parameters<typeof mapColumns>[0]),
      };
      if (Object.keys(changes).length > 0) {
        actingKeys.forgetAll(transaction);
        await changeKey(transaction, caller.spaceId, id, changes);
      }
      return toKey({ ...row, ...changes });
    },

    async revoke(transaction, caller, id) {
      if (await isRevokedKey(transaction, caller.spaceId, id)) return false;
      const row = await ownKey(caller, id, transaction);
      refuseAbove(caller, row);
      if (await isOwnersKey(transaction, id)) {
        throw new MarfaError(
          'conflict',
          'This is the key that the owner acts with in the browser; it ends with the owner.',
        );
      }
      const at = now();
      actingKeys.forgetAll(transaction);
      await changeKey(transaction, caller.spaceId, id, { revoked_at: at.toISOString() });
      await revokeSystemItem(transaction, caller.spaceId, row.credential_id, at);
      return true;
    },

    async mintRuntimeKey(transaction, request) {
      const createdAt = now();
      const expiresAt = new Date(createdAt.getTime() + request.ttlSeconds * 1000);
      await transaction
        .deleteFrom('api_keys')
        .where('connection_id', '=', request.connectionId)
        .where('expires_at_ms', '<=', createdAt.getTime())
        .execute();
      const id = newId();
      const token = mintToken('apiKey', randomBytes);
      const { metadata_permissions } = noPermissions();
      await insertKey(transaction, {
        id,
        space_id: request.spaceId,
        credential_id: request.credentialId,
        hash: hashOf(token),
        label: request.label,
        source: request.source,
        role: 'member',
        default_tier: 'feed',
        is_platform: 0,
        type_permissions: JSON.stringify(request.typePermissions),
        extension_permissions: JSON.stringify(request.extensionPermissions),
        edge_permissions: JSON.stringify(request.edgePermissions),
        metadata_permissions: JSON.stringify(metadata_permissions),
        connection_id: request.connectionId,
        cycle_origin: request.cycle?.originating_connection_id ?? null,
        cycle_hop: request.cycle?.hop_count ?? null,
        expires_at_ms: expiresAt.getTime(),
        revoked_at: null,
        created_at: createdAt.toISOString(),
        last_used_at: null,
      });
      return { id, secret: Secret.of(token), createdAt, expiresAt };
    },

    async revokeRuntimeKeys(transaction, spaceId, connectionId) {
      actingKeys.forgetAll(transaction);
      await transaction
        .deleteFrom('api_keys')
        .where('space_id', '=', spaceId)
        .where('connection_id', '=', connectionId)
        .execute();
    },
  };
}

function sourceTaken(source: string): MarfaError {
  const issues = [{ path: '$.source', message: 'already used by another credential of this space' }];
  return new MarfaError('conflict', `The source ${source} is already used in this space; choose another.`, {
    details: { issues },
  });
}

import { type Cycle, nextHopMetadata, PERSONAL_CYCLE, type Role, recognizeToken, type Tier } from '@withmarfa/shared';
import type { ActingKey } from '../../platform/acting-key.ts';
import type { Caller } from '../../platform/caller.ts';
import { NULL_SPACE_ID } from '../../platform/database/null-space.ts';
import type { Platform } from '../../platform/platform.ts';
import { createTokenHash } from '../../platform/token-hash.ts';
import { mapsOf } from './key-shape.ts';
import { changeKey, findKeyById, findLiveKey, type KeyRow } from './keys-store.ts';

/** `last_used_at` is written at most this often. */
const LAST_USED_EVERY_MS = 3_600_000;

export interface KeyAuthenticator {
  hashOf(token: string): string;
  /** @returns who a bearer token stands for, or null when it is malformed, unknown, expired or revoked. */
  authenticate(token: string, clientIp: string | null): Promise<Caller | null>;
  /** @returns a caller for a key known by its id, such as the one a signed-in owner acts with. */
  callerOfKey(keyId: string, clientIp: string | null): Promise<Caller | null>;
}

/** Finds out whom a key stands for. Only its keyed hash is looked for; a mistyped key never gets that far. */
export function createKeyAuthenticator({ database, now, apiKeySalt, actingKeys, logger }: Platform): KeyAuthenticator {
  const hashOf = createTokenHash(apiKeySalt);

  async function readKey(hash: string): Promise<ActingKey | undefined> {
    const row = await findLiveKey(database.read, hash, now().getTime());
    return row && { row, maps: mapsOf(row) };
  }

  function toCaller({ row, maps }: ActingKey, clientIp: string | null): Caller {
    const tenantless = row.space_id === NULL_SPACE_ID && row.connection_id === null;
    return {
      keyId: row.id,
      spaceId: row.space_id,
      spaceRevision: row.space_revision,
      role: row.role as Role,
      source: row.source,
      defaultTier: row.default_tier as Tier,
      isPlatform: row.is_platform === 1 || (tenantless && row.role === 'admin'),
      connectionId: row.connection_id,
      cycle: cycleOf(row),
      clientIp,
      ...maps,
    };
  }

  function noteUse({ row }: ActingKey): void {
    const at = now();
    if (row.last_used_at && at.getTime() - Date.parse(row.last_used_at) < LAST_USED_EVERY_MS) return;
    row.last_used_at = at.toISOString();
    database
      .write((transaction) => changeKey(transaction, row.space_id, row.id, { last_used_at: row.last_used_at }))
      .catch((error: unknown) => logger.warn({ error, key_id: row.id }, 'the last use of a key could not be noted'));
  }

  return {
    hashOf,

    async authenticate(token, clientIp) {
      if (recognizeToken(token) !== 'apiKey') return null;
      const hash = hashOf(token);
      const key = await actingKeys.get(hash, () => readKey(hash));
      if (!key) return null;
      if (key.row.expires_at_ms !== null && key.row.expires_at_ms <= now().getTime()) return null;
      noteUse(key);
      return toCaller(key, clientIp);
    },

    async callerOfKey(keyId, clientIp) {
      const row = await findKeyById(database.read, keyId, now().getTime());
      return row ? toCaller({ row, maps: mapsOf(row) }, clientIp) : null;
    },
  };
}

/** A runtime credential that was minted for no chain begins one. */
function cycleOf({ connection_id, cycle_origin, cycle_hop }: KeyRow): Cycle {
  if (connection_id === null) return PERSONAL_CYCLE;
  if (cycle_hop === null) return nextHopMetadata(connection_id, null);
  return { originating_connection_id: cycle_origin, hop_count: cycle_hop };
}

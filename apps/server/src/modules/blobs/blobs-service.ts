import { createHmac, hkdfSync } from 'node:crypto';
import type { Readable } from 'node:stream';
import { type BlobInfo, type Grant, MarfaError } from '@withmarfa/shared';
import type { BlobStore } from '../../platform/blob-store.ts';
import type { Caller } from '../../platform/caller.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { isSameText } from '../../platform/is-same-text.ts';
import type { Platform } from '../../platform/platform.ts';
import type { AuditService } from '../audit/index.ts';

/** How long a signed address works, in seconds. */
const URL_TTL_SECONDS = 300;

/** A signed address as it came back: who signed it, for what, until when. */
export interface SignedAddress {
  hash: string;
  space: string;
  /** Unix seconds. */
  expires: number;
  signature: string;
}

export interface BlobsService {
  /** @throws MarfaError `forbidden` for a credential that may write nothing, `payload_too_large`. */
  upload(
    caller: Caller,
    mimeType: string,
    bytes: AsyncIterable<Uint8Array>,
  ): Promise<{ info: BlobInfo; isNew: boolean }>;
  /** @throws MarfaError `blob_not_found`, of another space's content as well. */
  find(spaceId: string, hash: string): Promise<BlobInfo>;
  /** @throws MarfaError `forbidden` for a credential that may read nothing. */
  requireReader(caller: Caller): void;
  bytes(hash: string, range?: { start: number; end: number }): Promise<Readable>;
  /** A path with a query that opens one blob without a credential for a few minutes. */
  sign(caller: Caller, hash: string): { path: string; expiresAt: Date };
  /** @returns the space whose blob the address opens. @throws MarfaError `unauthorized` when it is forged or too old. */
  verify(address: SignedAddress): string;
}

/** Files of a space, each under the SHA-256 of its content: who knows the hash within the space has read an item that names it. */
export function createBlobsService(
  { database, now, authKeys }: Platform,
  { store, audit, maxBytes }: { store: BlobStore; audit: AuditService; maxBytes: number },
): BlobsService {
  const [{ material }] = authKeys;
  const signingKey = Buffer.from(hkdfSync('sha256', material.reveal(), '', 'marfa blob address', 32));
  const signatureOf = (space: string, hash: string, expires: number) =>
    createHmac('sha256', signingKey).update(`${space}\n${hash}\n${expires}`).digest('base64url');

  return {
    async upload(caller, mimeType, bytes) {
      if (!holdsAny(caller, ['write'])) {
        throw new MarfaError('forbidden', 'Uploading needs a credential that may write items of some type.');
      }
      const { sha256, size } = await store.put(bytes, maxBytes);
      const hash = `sha256:${sha256}`;
      return database.write(async (transaction) => {
        const inserted = await transaction
          .insertInto('blobs')
          .values({ space_id: caller.spaceId, hash, mime_type: mimeType, size, created_at: now().toISOString() })
          .onConflict((conflict) => conflict.doNothing())
          .executeTakeFirst();
        const isNew = (inserted.numInsertedOrUpdatedRows ?? 0n) > 0n;
        if (isNew) {
          await audit.record(transaction, caller, {
            action: 'blob.upload',
            resource_type: 'blob',
            resource_id: hash,
            details: { mime_type: mimeType, size },
          });
        }
        const info = await findBlob(transaction, caller.spaceId, hash);
        return { info: info ?? { hash, mime_type: mimeType, size }, isNew };
      });
    },

    async find(spaceId, hash) {
      const info = await findBlob(database.read, spaceId, hash);
      if (!info) throw new MarfaError('blob_not_found', `There is no blob ${hash}.`);
      return info;
    },

    requireReader(caller) {
      if (!holdsAny(caller, ['read', 'write'])) {
        throw new MarfaError('forbidden', 'Reading blobs needs a credential that may read items of some type.');
      }
    },

    async bytes(hash, range) {
      const stream = await store.read(hash.slice('sha256:'.length), range);
      if (stream) return stream;
      throw new MarfaError('storage_unavailable', 'The bytes of this blob are missing from the blob folder.');
    },

    sign(caller, hash) {
      const expires = Math.floor(now().getTime() / 1000) + URL_TTL_SECONDS;
      const query = new URLSearchParams({
        space: caller.spaceId,
        expires: String(expires),
        signature: signatureOf(caller.spaceId, hash, expires),
      });
      return { path: `/blobs/${hash}?${query}`, expiresAt: new Date(expires * 1000) };
    },

    verify({ hash, space, expires, signature }) {
      const isGenuine = isSameText(signature, signatureOf(space, hash, expires));
      if (isGenuine && expires * 1000 > now().getTime()) return space;
      throw new MarfaError('unauthorized', 'This address has expired or was not made by this server.');
    },
  };
}

function findBlob(queryable: Queryable, spaceId: string, hash: string): Promise<BlobInfo | undefined> {
  return queryable
    .selectFrom('blobs')
    .select(['hash', 'mime_type', 'size'])
    .where('space_id', '=', spaceId)
    .where('hash', '=', hash)
    .executeTakeFirst();
}

function holdsAny(grant: Grant, levels: readonly string[]): boolean {
  return grant.role !== 'member' || Object.values(grant.type_permissions).some((level) => levels.includes(level));
}

import { mintToken } from '@withmarfa/shared';
import type { Transaction } from '../../platform/database/database.ts';
import { NULL_SPACE_ID } from '../../platform/database/null-space.ts';
import type { Platform } from '../../platform/platform.ts';
import { Secret } from '../../platform/secret.ts';
import { createTokenHash } from '../../platform/token-hash.ts';
import type { AuditService } from '../audit/index.ts';
import type { ClientMetadata } from './client-metadata.ts';
import { keptSecret } from './client-secret.ts';
import { deleteUnusedClients, findClient, insertClient, type OAuthClient } from './clients-store.ts';

/** A client that registered itself and never let anybody sign in is forgotten after so long. */
const UNUSED_DAYS = 7;

export interface ClientsService {
  /** Finds a client for a request of its own; remembered where this process is the only one that writes. */
  find(clientId: string): Promise<OAuthClient | null>;
  /** Takes in a client that registers itself (RFC 7591). */
  register(metadata: ClientMetadata, clientIp: string | null): Promise<{ client: OAuthClient; secret: Secret | null }>;
  /** Makes a client of any kind. @returns it, with its secret unless it is public. */
  create(
    transaction: Transaction,
    client: Omit<OAuthClient, 'clientId' | 'secret' | 'createdAtMs' | 'isUsed'>,
  ): Promise<{ client: OAuthClient; secret: Secret | null }>;
  /** Gives a client another secret; the one before stays good for so long. */
  freshSecret(client: OAuthClient, overlapSeconds: number): { kept: string; secret: Secret };
  /** Removes clients that registered themselves and were never used. */
  prune(): Promise<void>;
}

export function createClientsService(platform: Platform, audit: AuditService): ClientsService {
  const { database, newId, now, randomBytes, apiKeySalt, actingKeys } = platform;
  const remembered = actingKeys.beside<OAuthClient>();
  const hash = createTokenHash(apiKeySalt);

  const create: ClientsService['create'] = async (transaction, parts) => {
    const secret = parts.authMethod === 'none' ? null : Secret.of(mintToken('clientSecret', randomBytes));
    const client: OAuthClient = {
      ...parts,
      clientId: newId(),
      secret: secret && keptSecret(hash(secret.reveal())),
      createdAtMs: now().getTime(),
      isUsed: false,
    };
    await insertClient(transaction, newId(), client);
    return { client, secret };
  };

  return {
    create,

    async find(clientId) {
      const read = async () => (await findClient(database.read, clientId)) ?? undefined;
      return (await remembered.get(clientId, read)) ?? null;
    },

    register: (metadata, clientIp) =>
      database.write(async (transaction) => {
        const made = await create(transaction, {
          ...metadata,
          origin: 'dynamic',
          spaceId: NULL_SPACE_ID,
          extensionPermissions: {},
        });
        await audit.record(
          transaction,
          { keyId: null, spaceId: NULL_SPACE_ID, clientIp },
          {
            action: 'auth.client.created',
            resource_type: 'oauth_client',
            resource_id: made.client.clientId,
            details: { origin: 'dynamic', name: metadata.name },
          },
        );
        return made;
      }),

    freshSecret(client, overlapSeconds) {
      const secret = Secret.of(mintToken('clientSecret', randomBytes));
      const before =
        overlapSeconds > 0 && client.secret !== null
          ? { kept: client.secret, overlapEndsMs: now().getTime() + overlapSeconds * 1000 }
          : null;
      return { kept: keptSecret(hash(secret.reveal()), before), secret };
    },

    async prune() {
      const before = now().getTime() - UNUSED_DAYS * 86_400_000;
      await database.write((transaction) => {
        actingKeys.forgetAll(transaction);
        return deleteUnusedClients(transaction, before);
      });
    },
  };
}

import { createHmac } from 'node:crypto';
import { leaseRuntimeCredential, MarfaError } from '@withmarfa/shared';
import { answer, type Mount, unauthorized } from '../../http/mount-endpoint.ts';
import type { Database } from '../../platform/database/database.ts';
import { isSameText } from '../../platform/is-same-text.ts';
import type { Logger } from '../../platform/logger.ts';
import type { AuditService } from '../audit/index.ts';
import type { RuntimeCredentials } from './runtime-credentials.ts';

export interface BrokerDeps {
  database: Database;
  credentials: RuntimeCredentials;
  audit: AuditService;
  logger: Logger;
  /** Absent where no workers run elsewhere. */
  identitySecret: string | undefined;
  ttlSeconds: number;
}

/** @returns the key by which workers of one integration show who they are: hex of an HMAC-SHA256 over its name. */
export function identityKeyOf(identitySecret: string, integrationName: string): string {
  return createHmac('sha256', identitySecret).update(integrationName).digest('hex');
}

/**
 * Where workers that run elsewhere get their runtime credentials. An identity key reaches the Connections of its own
 * integration; all others are as if they were not there.
 */
export function mountBrokerRoutes(mount: Mount, deps: BrokerDeps): void {
  const { database, credentials, audit, logger, identitySecret, ttlSeconds } = deps;

  mount.ownBearerEndpoint(leaseRuntimeCredential, async ({ params }, { headers, clientIp }) => {
    const [, bearer] = /^Bearer +([0-9a-f]{64}) *$/i.exec(headers.authorization ?? '') ?? [];
    if (identitySecret === undefined || bearer === undefined) throw unauthorized();
    const connection = await database.read
      .selectFrom('connections')
      .select(['id', 'space_id', 'integration_name', 'source'])
      .where('id', '=', params.connection_id)
      .executeTakeFirst();
    const expected = identityKeyOf(identitySecret, connection?.integration_name ?? '');
    if (!isSameText(bearer.toLowerCase(), expected) || !connection)
      throw new MarfaError('connection_not_found', 'There is no such connection.');
    const label = `${connection.integration_name} worker`;
    const minted = await database
      .write(async (transaction) => {
        const made = await credentials.mint(transaction, connection.space_id, connection.id, { label, ttlSeconds });
        await audit.record(
          transaction,
          { keyId: null, spaceId: connection.space_id, clientIp },
          {
            action: 'runtime_credential.mint',
            resource_type: 'connection',
            resource_id: connection.id,
            details: { credential_id: made.id },
          },
        );
        return made;
      })
      .catch((error: unknown) => {
        if (MarfaError.is(error, 'connection_not_found')) throw error;
        if (MarfaError.is(error, 'forbidden'))
          throw new MarfaError('connection_not_active', 'The connection is not active.');
        logger.error({ error, connection_id: connection.id }, 'a runtime credential could not be minted');
        throw new MarfaError('mint_failed', 'No credential could be made; try again.', { cause: error });
      });
    return answer(201, {
      id: minted.id,
      api_key: minted.secret.reveal(),
      connection_id: connection.id,
      label,
      source: connection.source,
      expires_at: minted.expiresAt.toISOString(),
      created_at: minted.createdAt.toISOString(),
    });
  });
}

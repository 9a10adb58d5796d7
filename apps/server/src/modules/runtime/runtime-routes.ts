import { MarfaError, mintRuntimeCredential } from '@withmarfa/shared';
import { answer, type Mount } from '../../http/mount-endpoint.ts';
import type { Database } from '../../platform/database/database.ts';
import type { AuditService } from '../audit/index.ts';
import type { RuntimeCredentials } from './runtime-credentials.ts';

export interface RuntimeRoutesDeps {
  database: Database;
  credentials: RuntimeCredentials;
  audit: AuditService;
  ttlSeconds: number;
}

export function mountRuntimeRoutes(
  mount: Mount,
  { database, credentials, audit, ttlSeconds }: RuntimeRoutesDeps,
): void {
  mount.endpoint(mintRuntimeCredential, async ({ body }, caller) => {
    const connection = await database.read
      .selectFrom('connections')
      .select('space_id')
      .where('id', '=', body.connection_id)
      .executeTakeFirst();
    if (!connection) throw new MarfaError('connection_not_found', 'There is no such connection.');
    const minted = await database.write(async (transaction) => {
      const made = await credentials.mint(transaction, connection.space_id, body.connection_id, {
        label: body.label,
        source: body.source,
        ttlSeconds: body.ttl_seconds ?? ttlSeconds,
        typePermissions: body.type_permissions,
        extensionPermissions: body.extension_permissions,
        edgePermissions: body.edge_permissions,
      });
      await audit.record(
        transaction,
        { ...caller, spaceId: connection.space_id },
        {
          action: 'runtime_credential.mint',
          resource_type: 'connection',
          resource_id: body.connection_id,
          details: { credential_id: made.id },
        },
      );
      return made;
    });
    return answer(201, {
      id: minted.id,
      api_key: minted.secret.reveal(),
      connection_id: body.connection_id,
      label: body.label,
      source: body.source,
      expires_at: minted.expiresAt.toISOString(),
      created_at: minted.createdAt.toISOString(),
    });
  });
}

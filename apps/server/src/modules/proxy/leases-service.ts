import { type IssuedLease, type Lease, type LeaseInputSchema, MarfaError, mintToken } from '@withmarfa/shared';
import type { Selectable } from 'kysely';
import type { z } from 'zod';
import type { Caller } from '../../platform/caller.ts';
import { toTenantId } from '../../platform/database/null-space.ts';
import type { Tables } from '../../platform/database/tables.ts';
import type { Platform } from '../../platform/platform.ts';
import { createTokenHash } from '../../platform/token-hash.ts';
import type { AuditService } from '../audit/index.ts';
import type { ConnectionRow } from '../connections/index.ts';
import type { IntegrationsService } from '../integrations/index.ts';
import type { UpstreamAccess } from '../upstream-oauth/index.ts';
import type { ProxiedConnections } from './proxied-connections.ts';
import type { FindBase } from './upstream-targets.ts';

/** Leases that have ended are kept for so long, for whoever looks into what happened. */
const KEPT_FOR_MS = 30 * 86_400_000;

type LeaseRow = Selectable<Tables['leases']>;
type LeaseRequest = z.output<typeof LeaseInputSchema>;

/** What a lease token stands for. */
export type LeaseVerdict =
  | { active: false }
  | { active: true; connection_id: string; capability_id: string; scopes: string[]; expires_at: string };

export interface LeasesService {
  /**
   * Hands out a fresh upstream bearer, and a token by which others can tell that it was.
   * @throws MarfaError `connection_not_found`, `forbidden`, `capability_not_leased`, `reauth_required`,
   *   `upstream_unreachable`, `oauth_proxy_upstream_invalid`.
   */
  issue(caller: Caller, connectionId: string, input: LeaseRequest): Promise<IssuedLease>;
  /** The live ones, newest first. */
  list(caller: Caller, connectionId: string): Promise<Lease[]>;
  /** Doing it twice is no error. @throws MarfaError `connection_not_found`, `not_found`, `forbidden`. */
  revoke(caller: Caller, connectionId: string, leaseId: string): Promise<void>;
  /** Unknown, ended and revoked ones read alike, and so do those of a Connection that may not call its upstream now. */
  validate(token: string): Promise<LeaseVerdict>;
  prune(): Promise<void>;
}

export interface LeasesDeps {
  platform: Platform;
  connections: ProxiedConnections;
  integrations: Pick<IntegrationsService, 'manifestOf'>;
  access: Pick<UpstreamAccess, 'authorize'>;
  findBase: FindBase;
  audit: AuditService;
}

/** Short-lived upstream bearers, for calls that the proxy cannot carry. A lease gives no right to anything in Marfa. */
export function createLeasesService(deps: LeasesDeps): LeasesService {
  const { platform, connections, integrations, access, findBase, audit } = deps;
  const { database, now, newId, randomBytes } = platform;
  const hashOf = createTokenHash(platform.apiKeySalt);

  async function assertLeased({ integration_id, label }: ConnectionRow, capability: string): Promise<void> {
    const { oauth_requirements } = await integrations.manifestOf(integration_id);
    if (Object.hasOwn(oauth_requirements, capability) && oauth_requirements[capability] === 'leased') return;
    throw new MarfaError(
      'capability_not_leased',
      `The manifest of ${label} does not declare "${capability}" as leased (oauth_requirements).`,
    );
  }

  return {
    async issue(caller, connectionId, { capability_id, ttl_seconds, scopes }) {
      const connection = await connections.findWorking(caller, connectionId);
      await assertLeased(connection, capability_id);
      const upstream = await access.authorize(connection);
      const { origin, prefix } = findBase(connection, upstream.baseUrl);
      const at = now();
      const ttlEndsAtMs = at.getTime() + ttl_seconds * 1000;
      const lease_token = mintToken('leaseToken', randomBytes);
      const row: LeaseRow = {
        id: newId(),
        space_id: connection.space_id,
        connection_id: connection.id,
        hash: hashOf(lease_token),
        capability_id,
        scopes: JSON.stringify(scopes),
        expires_at_ms: Math.min(ttlEndsAtMs, upstream.expiresAtMs ?? ttlEndsAtMs),
        revoked_at: null,
        created_at: at.toISOString(),
      };
      await database.write(async (transaction) => {
        await transaction.insertInto('leases').values(row).execute();
        await audit.record(transaction, caller, {
          action: 'lease.issue',
          resource_type: 'connection',
          resource_id: connection.id,
          details: { lease_id: row.id, capability_id, expires_at: toTime(row.expires_at_ms) },
        });
      });
      return {
        ...toLease(row),
        lease_token,
        upstream: {
          access_token: upstream.token.reveal(),
          token_type: upstream.tokenType,
          base_url: `${origin}${prefix}`,
          expires_at: upstream.expiresAtMs === null ? null : toTime(upstream.expiresAtMs),
        },
      };
    },

    async list(caller, connectionId) {
      const { id, space_id } = await connections.find(caller, connectionId);
      const rows = await database.read
        .selectFrom('leases')
        .selectAll()
        .where('space_id', '=', space_id)
        .where('connection_id', '=', id)
        .where('revoked_at', 'is', null)
        .where('expires_at_ms', '>', now().getTime())
        .orderBy('id', 'desc')
        .execute();
      return rows.map(toLease);
    },

    async revoke(caller, connectionId, leaseId) {
      const { id, space_id } = await connections.find(caller, connectionId);
      await database.write(async (transaction) => {
        const mine = transaction
          .updateTable('leases')
          .set({ revoked_at: now().toISOString() })
          .where('space_id', '=', space_id)
          .where('connection_id', '=', id)
          .where('id', '=', leaseId);
        const { numUpdatedRows } = await mine.where('revoked_at', 'is', null).executeTakeFirst();
        if (numUpdatedRows > 0n) {
          await audit.record(transaction, caller, {
            action: 'lease.revoke',
            resource_type: 'connection',
            resource_id: id,
            details: { lease_id: leaseId },
          });
          return;
        }
        const known = await transaction
          .selectFrom('leases')
          .select('id')
          .where('space_id', '=', space_id)
          .where('connection_id', '=', id)
          .where('id', '=', leaseId)
          .executeTakeFirst();
        if (!known) throw new MarfaError('not_found', 'There is no such lease.');
      });
    },

    async validate(token) {
      const row = await database.read
        .selectFrom('leases')
        .innerJoin('connections', 'connections.id', 'leases.connection_id')
        .selectAll('leases')
        .where('leases.hash', '=', hashOf(token))
        .where('leases.revoked_at', 'is', null)
        .where('leases.expires_at_ms', '>', now().getTime())
        .where('connections.active', '=', 1)
        .where('connections.runtime_status', '<>', 'paused')
        .where('connections.reauth_reason', 'is', null)
        .executeTakeFirst();
      if (!row) return { active: false };
      const { connection_id, capability_id, scopes, expires_at } = toLease(row);
      return { active: true, connection_id, capability_id, scopes, expires_at };
    },

    async prune() {
      await database.write((transaction) =>
        transaction
          .deleteFrom('leases')
          .where('expires_at_ms', '<', now().getTime() - KEPT_FOR_MS)
          .execute(),
      );
    },
  };
}

function toLease(row: LeaseRow): Lease {
  return {
    id: row.id,
    connection_id: row.connection_id,
    tenant_id: toTenantId(row.space_id),
    capability_id: row.capability_id,
    scopes: JSON.parse(row.scopes) as string[],
    expires_at: toTime(row.expires_at_ms),
    revoked_at: row.revoked_at,
    created_at: row.created_at,
  };
}

function toTime(ms: number): string {
  return new Date(ms).toISOString();
}

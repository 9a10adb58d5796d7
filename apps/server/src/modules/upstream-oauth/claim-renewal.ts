import type { Transaction } from '../../platform/database/database.ts';
import type { Platform } from '../../platform/platform.ts';
import type { ConnectionsService } from '../connections/index.ts';
import type { CredentialsService } from '../credentials/index.ts';
import type { Renewal } from './renewal.ts';
import type { TokenClient } from './token-endpoint.ts';
import { beginTokenCall, hasUnknownCalls, lockTokens, type TokenRow } from './tokens-store.ts';

/** How long others keep away from a renewal whose process has gone; while it lives it extends the lease. */
export const LEASE_MS = 10_000;

/** The right to renew the tokens of one Connection, while the lease lasts and the fence is the newest. */
export interface RenewalClaim {
  row: TokenRow & { refresh_token: string };
  holder: string;
  fence: number;
  /** The journal entry of the call that comes next. */
  callId: string;
  client: TokenClient;
  /** Whether an earlier call for these tokens ended in a way that nobody knows. */
  afterUnknown: boolean;
}

export type ClaimStep = { done: Renewal } | { wait: true } | { claim: RenewalClaim };

export interface ClaimDeps {
  platform: Pick<Platform, 'database' | 'now' | 'newId'>;
  connections: ConnectionsService;
  credentials: CredentialsService;
}

/** Decides who renews: takes the lease and writes the journal entry of the call to come, in one transaction. */
export async function claimRenewal(
  transaction: Transaction,
  { spaceId, connectionId, seen }: { spaceId: string; connectionId: string; seen: number },
  { platform, connections, credentials }: ClaimDeps,
): Promise<ClaimStep> {
  const { database, newId, now } = platform;
  const connection = await connections.lock(transaction, spaceId, connectionId);
  const row = await lockTokens(transaction, database.dialect, connectionId);
  const nowMs = now().getTime();
  if (!row || connection.active === 0 || connection.reauth_reason !== null) return { done: { kind: 'reauth' } };
  if (row.generation > seen) return { done: { kind: 'renewed', row } };
  if (row.holder !== '' && row.lease_expires_at_ms > nowMs) return { wait: true };
  if (row.retry_at_ms > nowMs)
    return { done: { kind: 'unavailable', reason: 'waiting', retryAfterMs: row.retry_at_ms - nowMs } };
  const credential = await credentials.find(transaction, spaceId, row.credential_id);
  const afterUnknown = await hasUnknownCalls(transaction, row, nowMs);
  const { refresh_token } = row;
  if (refresh_token === null || credential?.kind !== 'oauth_token') {
    await connections.reauthorization.require(transaction, connection, {
      kind: 'reauth_required',
      reason: 'no_refresh_token',
      explanation: 'The upstream gave no refresh token, and the access token is no longer good.',
    });
    return { done: { kind: 'reauth' } };
  }
  const claim = { holder: newId(), fence: row.fence + 1, callId: newId() };
  await transaction
    .updateTable('upstream_tokens')
    .set({ holder: claim.holder, fence: claim.fence, lease_expires_at_ms: nowMs + LEASE_MS })
    .where('connection_id', '=', connectionId)
    .execute();
  await beginTokenCall(transaction, {
    id: claim.callId,
    space_id: spaceId,
    connection_id: connectionId,
    grant_type: 'refresh_token',
    generation: row.generation,
    fence: claim.fence,
    started_at_ms: nowMs,
  });
  const client = { credential, secret: credentials.reveal(credential) };
  return { claim: { ...claim, row: { ...row, refresh_token }, client, afterUnknown } };
}

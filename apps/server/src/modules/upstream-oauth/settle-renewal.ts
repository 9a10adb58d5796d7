import type { Transaction } from '../../platform/database/database.ts';
import type { Platform } from '../../platform/platform.ts';
import type { SecretBox } from '../../platform/secret-box.ts';
import type { ActivityService } from '../activity/index.ts';
import type { ConnectionRow, ConnectionsService } from '../connections/index.ts';
import { LEASE_MS, type RenewalClaim } from './claim-renewal.ts';
import type { Renewal } from './renewal.ts';
import type { TokenOutcome } from './token-endpoint.ts';
import { beginTokenCall, endTokenCall, lockTokens, sealTokens, type TokenRow } from './tokens-store.ts';

/** Renewals that may fail one after the other before each has to wait for the next. */
const FREE_FAILURES = 3;
const LONGEST_WAIT_MS = 60_000;
/** Failures in a row after which the person is told, once. */
const TOLD_AT_FAILURES = 5;

export interface SettleDeps {
  platform: Pick<Platform, 'database' | 'now' | 'newId'>;
  box: SecretBox;
  connections: ConnectionsService;
  activity: ActivityService;
}

/** What a call's end leads to: a result for all, another call under the same lease, or nothing, as the lease was lost. */
export type Settled = { done: Renewal } | { again: RenewalClaim } | { lost: true };

/**
 * Writes what came of a call: the journal's end, the tokens or the refusal, and the lease, in one transaction. A stale
 * fence writes nothing but the journal.
 * @param options.again whether another call follows under the same lease when this one failed for a passing reason.
 */
export async function settleRenewal(
  transaction: Transaction,
  { claim, outcome, again }: { claim: RenewalClaim; outcome: TokenOutcome; again: boolean },
  deps: SettleDeps,
): Promise<Settled> {
  const { platform, box, connections } = deps;
  const { space_id, connection_id } = claim.row;
  const nowMs = platform.now().getTime();
  const connection = await connections.lock(transaction, space_id, connection_id);
  const row = await lockTokens(transaction, platform.database.dialect, connection_id);
  const reason = outcome.kind === 'granted' ? null : outcome.reason;
  const endCall = (word: string) => endTokenCall(transaction, claim.callId, { outcome: word, reason, nowMs });
  if (!row || row.holder !== claim.holder || row.fence !== claim.fence) {
    await endCall('superseded');
    return { lost: true };
  }
  await endCall(outcome.kind);
  switch (outcome.kind) {
    case 'granted': {
      const renewed = {
        ...sealTokens(box, connection_id, { tokens: outcome.tokens, former: row, nowMs }),
        ...RELEASED,
      };
      await update(transaction, connection_id, renewed);
      return { done: { kind: 'renewed', row: { ...row, ...renewed } } };
    }
    case 'refused':
      await update(transaction, connection_id, { ...RELEASED, failures: row.failures + 1 });
      await connections.reauthorization.require(transaction, connection, {
        ...(claim.afterUnknown && outcome.reason === 'invalid_grant' ? AMBIGUOUS : outcome),
        kind: 'reauth_required',
      });
      return { done: { kind: 'reauth' } };
    case 'transient':
    case 'ambiguous': {
      if (again) return { again: await callAgain(transaction, { claim, outcome, row, nowMs }, platform.newId()) };
      const failures = row.failures + 1;
      const asked = outcome.kind === 'transient' ? (outcome.retryAfterMs ?? 0) : 0;
      const wait = Math.min(LONGEST_WAIT_MS, Math.max(asked, waitAfter(failures)));
      await update(transaction, connection_id, { ...RELEASED, failures, retry_at_ms: nowMs + wait });
      if (failures === TOLD_AT_FAILURES) await tell(transaction, { connection, reason: outcome.reason }, deps);
      return { done: { kind: 'unavailable', reason: outcome.reason, retryAfterMs: wait > 0 ? wait : null } };
    }
    default:
      return outcome satisfies never;
  }
}

const RELEASED = { holder: '', lease_expires_at_ms: 0 };

const AMBIGUOUS = {
  reason: 'ambiguous_rotation',
  explanation:
    'The answer to an earlier renewal was lost, and the upstream no longer accepts the token from before it: it had most likely replaced it.',
};

async function update(transaction: Transaction, connectionId: string, changes: Partial<TokenRow>): Promise<void> {
  await transaction.updateTable('upstream_tokens').set(changes).where('connection_id', '=', connectionId).execute();
}

async function callAgain(
  transaction: Transaction,
  { claim, outcome, row, nowMs }: { claim: RenewalClaim; outcome: TokenOutcome; row: TokenRow; nowMs: number },
  callId: string,
): Promise<RenewalClaim> {
  await update(transaction, row.connection_id, { lease_expires_at_ms: nowMs + LEASE_MS });
  const { space_id, connection_id, generation, fence } = row;
  await beginTokenCall(transaction, {
    id: callId,
    space_id,
    connection_id,
    grant_type: 'refresh_token',
    generation,
    fence,
    started_at_ms: nowMs,
  });
  return { ...claim, callId, afterUnknown: claim.afterUnknown || outcome.kind === 'ambiguous' };
}

function waitAfter(failures: number): number {
  return failures < FREE_FAILURES ? 0 : 1000 * 2 ** Math.min(failures - FREE_FAILURES, 6);
}

async function tell(
  transaction: Transaction,
  { connection, reason }: { connection: ConnectionRow; reason: string },
  { activity }: SettleDeps,
): Promise<void> {
  await activity.record(transaction, connection.space_id, connection.id, {
    severity: 'warning',
    summary: `the upstream of ${connection.label} could not be asked for a new token ${TOLD_AT_FAILURES} times in a row; it goes on being tried`,
    detail: { kind: 'refresh_failing', reason },
  });
}

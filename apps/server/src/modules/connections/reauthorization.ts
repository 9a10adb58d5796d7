import { afterCommit } from '../../platform/database/after-commit.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { mirrorConnection } from '../../platform/mailbox/mirror-connection.ts';
import type { Platform } from '../../platform/platform.ts';
import { revokeSystemItem } from '../../platform/system-items.ts';
import type { ActivityService } from '../activity/index.ts';
import type { AuditService } from '../audit/index.ts';
import type { ConnectionRow } from './connection-row.ts';
import type { RenewalWishes } from './renewal-wishes.ts';

/** Why a Connection cannot go on without a person. */
export interface ReauthNeed {
  /** `reauth_required` for a lost OAuth grant, `token_rejected` for a static token that is no good. */
  kind: 'reauth_required' | 'token_rejected';
  /** What happened, as a short stable word, such as `invalid_grant`. */
  reason: string;
  /** What happened, as a sentence for the person. */
  explanation: string;
}

export interface Reauthorization {
  /**
   * Notes that a person has to act, and says so once: a Connection that waits for its person already is left alone.
   * @param row locked by the caller.
   * @returns whether this is news.
   */
  require(transaction: Transaction, row: ConnectionRow, need: ReauthNeed): Promise<boolean>;
  /** Notes that no account is connected yet: nothing was lost, and nothing is told. @param row locked by the caller. */
  begin(transaction: Transaction, row: ConnectionRow): Promise<void>;
  /**
   * Takes the Connection back to work, and the row that asked for it away.
   * @param row locked by the caller.
   * @returns whether it had been waiting.
   */
  solve(transaction: Transaction, row: ConnectionRow): Promise<boolean>;
}

/** The one place in which Connections begin and cease to wait for their account to be connected again. */
export function createReauthorization(
  { now }: Pick<Platform, 'now'>,
  {
    activity,
    audit,
    renewals,
    ring,
  }: {
    activity: ActivityService;
    audit: AuditService;
    renewals: Pick<RenewalWishes, 'want'>;
    ring(connectionId: string): void;
  },
): Reauthorization {
  async function change(transaction: Transaction, row: ConnectionRow, changes: Partial<ConnectionRow>): Promise<void> {
    await transaction.updateTable('connections').set(changes).where('id', '=', row.id).execute();
    await mirrorConnection(transaction, { ...row, ...changes });
  }

  return {
    async require(transaction, row, { kind, reason, explanation }) {
      if (row.active === 0 || row.reauth_activity_id !== null) return false;
      const reauth_activity_id = await activity.record(transaction, row.space_id, row.id, {
        severity: 'action_required',
        summary:
          kind === 'token_rejected'
            ? `API token rejected; supply a new token for ${row.label}`
            : `re-authorization needed for ${row.label}`,
        detail: { kind, reason, explanation },
      });
      await change(transaction, row, {
        reauth_reason: reason,
        reauth_activity_id,
        // Whoever paused it is not overruled: it waits for its account once it is resumed.
        ...(row.runtime_status === 'paused' ? {} : { runtime_status: 'reauth_required' }),
      });
      await audit.record(
        transaction,
        { keyId: null, spaceId: row.space_id, clientIp: null },
        {
          action: 'connection.reauth_required',
          resource_type: 'connection',
          resource_id: row.id,
          details: { kind, reason },
        },
      );
      return true;
    },

    async begin(transaction, row) {
      if (row.reauth_activity_id !== null)
        await revokeSystemItem(transaction, row.space_id, row.reauth_activity_id, now());
      await change(transaction, row, {
        reauth_reason: 'not_connected',
        reauth_activity_id: null,
        ...(row.runtime_status === 'paused' ? {} : { runtime_status: 'reauth_required' }),
      });
    },

    async solve(transaction, row) {
      // It may be another account, which knows nothing of what was registered with the former one.
      await renewals.want(transaction, row);
      if (row.reauth_reason === null) return false;
      if (row.reauth_activity_id !== null)
        await revokeSystemItem(transaction, row.space_id, row.reauth_activity_id, now());
      await change(transaction, row, {
        reauth_reason: null,
        reauth_activity_id: null,
        consecutive_failures: 0,
        ...(row.runtime_status === 'reauth_required' ? { runtime_status: 'healthy' } : {}),
      });
      // What was held back for this can be worked on.
      afterCommit(transaction, () => ring(row.id));
      return true;
    },
  };
}

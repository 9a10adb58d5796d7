import { type ClaimedMessage, HELD, type Mailbox } from '@withmarfa/engine';
import type { QueueMessage } from '@withmarfa/shared';
import { type Selectable, sql } from 'kysely';
import type { Database, Queryable, Transaction } from '../database/database.ts';
import { UNFINISHED_STATES } from '../database/index-hints.ts';
import { isUniqueViolation } from '../database/storage-fault.ts';
import type { Tables } from '../database/tables.ts';
import { appendMessage } from './append-message.ts';
import { settleAttempt } from './settle-attempt.ts';
import { holdsLease } from './sql-leases.ts';

type MessageRow = Selectable<Tables['mailbox_messages']>;

/** Connection mailboxes in SQL; SQLite and Postgres alike. */
export function createSqlMailbox(database: Database, deps: { newId: () => string }): Mailbox {
  return {
    append: (message) => database.write((transaction) => appendMessage(transaction, message)),

    claimNext: (lease, nowMs) =>
      database.write(async (transaction) => {
        if (!(await holdsLease(transaction, database.dialect, lease))) return 'stale';
        const row = await unheld(transaction)
          .where('message.connection_id', '=', lease.connectionId)
          .where((message) =>
            message.or([
              message.and([message('state', '=', 'waiting'), message('not_before_ms', '<=', nowMs)]),
              message.and([message('state', '=', 'running'), message('fence', '<', lease.fence)]),
            ]),
          )
          .selectAll('message')
          .orderBy('message.seq')
          .limit(1)
          .executeTakeFirst();
        if (!row) return null;
        const attempt = row.attempt + 1;
        await transaction
          .updateTable('mailbox_messages')
          .set({ state: 'running', fence: lease.fence, attempt })
          .where('seq', '=', row.seq)
          .execute();
        await transaction
          .updateTable('runs')
          .set({ status: 'running', attempt, started_at: new Date(nowMs).toISOString() })
          .where('id', '=', row.id)
          .execute();
        return toClaimed(row, attempt, await messageOf(transaction, row));
      }),

    async settle(lease, claimed, settlement) {
      const attempt = () =>
        database.write(async (transaction) => {
          if (!(await holdsLease(transaction, database.dialect, lease))) return false;
          return settleAttempt(transaction, {
            lease,
            claimed,
            settlement,
            newId: deps.newId,
            dialect: database.dialect,
          });
        });
      try {
        return await attempt();
      } catch (error) {
        // An append with the same coalesce key was committed between our look and our write; it is visible now.
        if (!isUniqueViolation(error)) throw error;
        return attempt();
      }
    },

    async nextDueAtMs(connectionId) {
      const row = await unheld(database.read)
        .where('message.connection_id', '=', connectionId)
        .where('message.state', '=', 'waiting')
        .select(
          sql<number | null>`min(case when not_before_ms > queued_at_ms then not_before_ms else queued_at_ms end)`.as(
            'due',
          ),
        )
        .executeTakeFirst();
      return row?.due ?? null;
    },

    async connectionsWithMail(nowMs, limit) {
      const rows = await unheld(database.read)
        .leftJoin('connection_leases as lease', 'lease.connection_id', 'message.connection_id')
        .where((message) =>
          message.or([
            message.and([message('state', '=', 'waiting'), message('not_before_ms', '<=', nowMs)]),
            message.and([
              message('state', '=', 'running'),
              message.or([message('lease.expires_at_ms', 'is', null), message('lease.expires_at_ms', '<=', nowMs)]),
            ]),
          ]),
        )
        .select('message.connection_id')
        .distinct()
        .limit(limit)
        .execute();
      return rows.map((row) => row.connection_id);
    },
  };
}

/** Messages that neither an earlier unfinished one about the same subject nor the state of their Connection holds back. */
function unheld(queryable: Queryable) {
  return queryable
    .selectFrom('mailbox_messages as message')
    .leftJoin('connections as connection', 'connection.id', 'message.connection_id')
    .where('message.state', 'in', UNFINISHED_STATES)
    .where((message) =>
      message.or([
        message('message.state', '=', 'running'),
        message('connection.runtime_status', 'is', null),
        message.and(
          Object.entries(HELD).map(([status, kinds]) =>
            message.or([
              message('connection.runtime_status', '<>', status),
              message('message.kind', 'not in', [...kinds]),
            ]),
          ),
        ),
      ]),
    )
    .where((message) =>
      message.or([
        message('message.subject', 'is', null),
        message.not(
          message.exists(
            message
              .selectFrom('mailbox_messages as earlier')
              .select('earlier.seq')
              .whereRef('earlier.connection_id', '=', 'message.connection_id')
              .whereRef('earlier.subject', '=', 'message.subject')
              .whereRef('earlier.seq', '<', 'message.seq')
              .where('earlier.state', 'in', UNFINISHED_STATES),
          ),
        ),
      ]),
    );
}

/** What has been received lies with its receipt, and is written nowhere else. */
async function messageOf(transaction: Transaction, { payload, receipt_id }: MessageRow): Promise<QueueMessage> {
  const message = JSON.parse(payload) as QueueMessage;
  if (receipt_id === null || message.kind !== 'webhook') return message;
  const { headers, body } = await transaction
    .selectFrom('inbound_deliveries')
    .select(['headers', 'body'])
    .where('id', '=', receipt_id)
    .executeTakeFirstOrThrow();
  return {
    ...message,
    headers: JSON.parse(headers) as Record<string, string>,
    body_base64: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64'),
  };
}

function toClaimed(row: MessageRow, attempt: number, message: QueueMessage): ClaimedMessage {
  return {
    id: row.id,
    spaceId: row.space_id,
    connectionId: row.connection_id,
    message,
    subject: row.subject,
    attempt,
    queuedAtMs: row.queued_at_ms,
  };
}

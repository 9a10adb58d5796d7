import { type DeadLetter, type DeadLetterFilter, MarfaError, type ReplayInput } from '@withmarfa/shared';
import { sql } from 'kysely';
import type { Caller } from '../../platform/caller.ts';
import type { Queryable, Transaction } from '../../platform/database/database.ts';
import { DEAD } from '../../platform/database/index-hints.ts';
import { lockRows } from '../../platform/database/row-lock.ts';
import { decodeCursor, toPage } from '../../platform/page-cursor.ts';
import type { Platform } from '../../platform/platform.ts';
import type { AuditService } from '../audit/index.ts';
import type { ConnectionsService } from '../connections/index.ts';
import { PREVIEW_BYTES, toDeadLetter } from './dead-letter-shape.ts';
import type { DeadRow, Replayer } from './replay-messages.ts';

/** Revived in one transaction; of more, each such part is done or not done. */
const BATCH = 200;

/** Which dead letters: of one Connection, of a space, or of the whole server. */
export interface Reach {
  spaceId?: string | undefined;
  connectionId?: string | undefined;
}

interface Page {
  limit: number;
  cursor?: string | undefined;
  filter?: DeadLetterFilter | undefined;
}

export interface DeadLettersService {
  list(reach: Reach, page: Page): Promise<{ data: DeadLetter[]; cursor: string | null; has_more: boolean }>;
  /** @throws MarfaError `not_found`, `validation_error` when its Connection cannot work. */
  replayOne(transaction: Transaction, caller: Caller, at: { connectionId: string; id: string }): Promise<string | null>;
  replayMany(caller: Caller, reach: Reach, input: ReplayInput): Promise<{ matched: number; replayed: number }>;
  discard(transaction: Transaction, caller: Caller, at: { connectionId: string; id: string }): Promise<void>;
}

export interface DeadLettersDeps {
  platform: Platform;
  connections: ConnectionsService;
  audit: AuditService;
  replayer: Replayer;
}

/** What Connections were given and could not handle. */
export function createDeadLettersService(deps: DeadLettersDeps): DeadLettersService {
  const { platform, connections, audit, replayer } = deps;
  const { database } = platform;

  const record = (
    transaction: Transaction,
    caller: Caller,
    action: 'replay' | 'discard',
    { spaceId, connectionId, ids }: { spaceId: string; connectionId: string; ids: readonly string[] },
  ) =>
    audit.record(
      transaction,
      { ...caller, spaceId },
      {
        action: `dlq.${action}`,
        resource_type: 'connection',
        resource_id: connectionId,
        details: { count: ids.length, ids: ids.slice(0, BATCH) },
      },
    );

  async function lockOne(transaction: Transaction, { connectionId, id }: { connectionId: string; id: string }) {
    const select = deadOf(transaction, { connectionId }).selectAll('message').where('message.id', '=', id);
    const row = await lockRows(select, database.dialect).executeTakeFirst();
    if (!row) throw new MarfaError('not_found', 'There is no such dead letter.');
    return row;
  }

  /** Revives a part of what was chosen. Locked, so that of two who replay at once one finds nothing left. */
  async function reviveBatch(transaction: Transaction, caller: Caller, seqs: readonly number[]): Promise<number> {
    const select = deadOf(transaction, {})
      .selectAll('message')
      .where('message.seq', 'in', [...seqs])
      .orderBy('message.seq');
    const rows = await lockRows(select, database.dialect).execute();
    for (const row of rows) await replayer.revive(transaction, row);
    for (const connectionId of new Set(rows.map((row) => row.connection_id))) {
      const ofOne = rows.filter((row) => row.connection_id === connectionId);
      const spaceId = ofOne[0]?.space_id ?? caller.spaceId;
      await record(transaction, caller, 'replay', { spaceId, connectionId, ids: ofOne.map(({ id }) => id) });
    }
    return rows.length;
  }

  return {
    async list(reach, { limit, cursor, filter }) {
      let select = filtered(deadOf(database.read, reach), filter).selectAll('message');
      if (cursor) select = select.where('message.id', '<', decodeCursor(cursor).id);
      const rows = await select
        .orderBy('message.id', 'desc')
        .limit(limit + 1)
        .execute();
      const bodies = await bodiesOf(database.read, rows);
      return toPage(
        rows,
        limit,
        ({ id }) => ({ value: id, id }),
        (row) => toDeadLetter(row, bodies.get(row.receipt_id ?? '')),
      );
    },

    async replayOne(transaction, caller, at) {
      const connection = await connections.require(transaction, caller.spaceId, at.connectionId);
      refuseIdle(connection);
      const row = await lockOne(transaction, at);
      const runId = await replayer.revive(transaction, row);
      await record(transaction, caller, 'replay', {
        spaceId: row.space_id,
        connectionId: at.connectionId,
        ids: [row.id],
      });
      return runId;
    },

    async replayMany(caller, reach, { ids, filter, dry_run }) {
      if (reach.connectionId !== undefined && reach.spaceId !== undefined)
        refuseIdle(await connections.require(database.read, reach.spaceId, reach.connectionId));
      let select = filtered(deadOf(database.read, reach), filter)
        .select('message.seq')
        // What cannot run would be lost: a message of a paused or ended Connection stays where it is.
        .where('connection.active', '=', 1)
        .where('connection.runtime_status', '<>', 'paused');
      if (ids) select = select.where('message.id', 'in', [...ids]);
      const seqs = (await select.orderBy('message.seq').execute()).map(({ seq }) => seq);
      if (dry_run) return { matched: seqs.length, replayed: 0 };
      let replayed = 0;
      for (let start = 0; start < seqs.length; start += BATCH) {
        const batch = seqs.slice(start, start + BATCH);
        replayed += await database.write((transaction) => reviveBatch(transaction, caller, batch));
      }
      return { matched: seqs.length, replayed };
    },

    async discard(transaction, caller, at) {
      await connections.require(transaction, caller.spaceId, at.connectionId);
      const row = await lockOne(transaction, at);
      await transaction.deleteFrom('mailbox_messages').where('seq', '=', row.seq).execute();
      await record(transaction, caller, 'discard', {
        spaceId: row.space_id,
        connectionId: at.connectionId,
        ids: [row.id],
      });
    },
  };
}

/** @throws MarfaError `validation_error` for a Connection that runs nothing. */
export function refuseIdle({ active, runtime_status }: { active: number; runtime_status: string }): void {
  if (active === 0) throw new MarfaError('validation_error', 'This connection has been uninstalled.');
  if (runtime_status === 'paused')
    throw new MarfaError('validation_error', 'This connection is paused; resume it first.');
}

function deadOf(queryable: Queryable, { spaceId, connectionId }: Reach) {
  let select = queryable
    .selectFrom('mailbox_messages as message')
    .innerJoin('connections as connection', 'connection.id', 'message.connection_id')
    .where('message.state', '=', DEAD);
  if (spaceId !== undefined) select = select.where('message.space_id', '=', spaceId);
  if (connectionId !== undefined) select = select.where('message.connection_id', '=', connectionId);
  return select;
}

function filtered<Select extends ReturnType<typeof deadOf>>(
  select: Select,
  filter: DeadLetterFilter = {},
): ReturnType<typeof deadOf> {
  const { kind, reason_contains, failed_since, failed_until } = filter;
  let narrowed: ReturnType<typeof deadOf> = select;
  if (kind !== undefined) narrowed = narrowed.where('message.kind', '=', kind);
  if (reason_contains !== undefined) {
    const pattern = `%${reason_contains.replaceAll(/[\\%_]/g, (special) => `\\${special}`)}%`;
    narrowed = narrowed.where(sql<boolean>`lower(message.reason) like lower(${pattern}) escape '\\'`);
  }
  const at = sql<number>`coalesce(message.last_failed_at_ms, message.queued_at_ms)`;
  if (failed_since !== undefined) narrowed = narrowed.where(at, '>=', Date.parse(failed_since));
  if (failed_until !== undefined) narrowed = narrowed.where(at, '<=', Date.parse(failed_until));
  return narrowed;
}

/** The beginnings of bodies, by receipt. */
async function bodiesOf(queryable: Queryable, rows: readonly DeadRow[]): Promise<Map<string, Uint8Array>> {
  const ids = rows.flatMap(({ receipt_id }) => (receipt_id === null ? [] : [receipt_id]));
  if (ids.length === 0) return new Map();
  const receipts = await queryable
    .selectFrom('inbound_deliveries')
    .select(['id', sql<Uint8Array>`substr(body, 1, ${sql.lit(PREVIEW_BYTES)})`.as('beginning')])
    .where('id', 'in', ids)
    .execute();
  return new Map(receipts.map(({ id, beginning }) => [id, beginning]));
}

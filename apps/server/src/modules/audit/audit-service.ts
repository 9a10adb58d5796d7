import type { AuditEntry, EndpointInput, listAudit } from '@withmarfa/shared';
import type { Selectable } from 'kysely';
import type { Caller } from '../../platform/caller.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { NULL_SPACE_ID, toTenantId } from '../../platform/database/null-space.ts';
import { preparedQuery } from '../../platform/database/prepared-query.ts';
import type { Tables } from '../../platform/database/tables.ts';
import { decodeCursor, toPage } from '../../platform/page-cursor.ts';
import type { Platform } from '../../platform/platform.ts';

/** One change as it is told to the audit log. `details` never holds a secret. */
export interface AuditEvent {
  action: string;
  resource_type: string;
  resource_id: string | null;
  details?: Record<string, unknown>;
  /** When it happened, where that is not now. */
  at?: Date;
}

/** The parts of a caller that an entry records; the platform itself has none. */
export type Actor =
  | Pick<Caller, 'keyId' | 'spaceId' | 'clientIp'>
  | { keyId: null; spaceId: string; clientIp: string | null };

type AuditQuery = EndpointInput<typeof listAudit>['query'];

export interface AuditService {
  /** Writes the entry in the transaction of the change it tells of: neither is there without the other. */
  record(transaction: Transaction, actor: Actor, event: AuditEvent): Promise<void>;
  /** As `record`, for many at once. */
  recordAll(transaction: Transaction, entries: readonly { actor: Actor; event: AuditEvent }[]): Promise<void>;
  list(caller: Caller, query: AuditQuery): Promise<{ data: AuditEntry[]; cursor: string | null; has_more: boolean }>;
  /**
   * Removes entries older than so many days; 0 keeps them for ever.
   * @param ofSpaces days of the spaces that say something else.
   */
  prune(days: number, ofSpaces?: ReadonlyMap<string, number>): Promise<void>;
}

type Row = Selectable<Tables['audit_log']>;

const COLUMNS = [
  'id',
  'space_id',
  'timestamp',
  'key_id',
  'action',
  'resource_type',
  'resource_id',
  'client_ip',
  'details',
] as const satisfies readonly (keyof Row)[];

const insertEntry = preparedQuery<Row>(COLUMNS, (queryable, value) => queryable.insertInto('audit_log').values(value));

/** Rows of one statement, where many wait: each statement costs more than several rows. */
const AT_ONCE = 32;
/** Its values are those of all rows, one after the other. */
const insertEntries = preparedQuery<Record<string, unknown>>(
  Array.from({ length: AT_ONCE * COLUMNS.length }, (_, place) => String(place)),
  (queryable, value) => {
    const rowAt = (index: number) =>
      Object.fromEntries(COLUMNS.map((column, place) => [column, value[String(index * COLUMNS.length + place)]]));
    return queryable
      .insertInto('audit_log')
      .values(Array.from({ length: AT_ONCE }, (_, index) => rowAt(index) as never));
  },
);

export function createAuditService({ database, newId, now }: Platform): AuditService {
  function toRow(actor: Actor, event: AuditEvent): Row {
    return {
      id: newId(),
      space_id: actor.spaceId,
      timestamp: (event.at ?? now()).toISOString(),
      key_id: actor.keyId,
      action: event.action,
      resource_type: event.resource_type,
      resource_id: event.resource_id,
      client_ip: actor.clientIp,
      details: JSON.stringify(event.details ?? {}),
    };
  }

  return {
    async record(transaction, actor, event) {
      await insertEntry(transaction, toRow(actor, event));
    },

    async recordAll(transaction, entries) {
      const rows = entries.map(({ actor, event }) => toRow(actor, event));
      let done = 0;
      for (; done + AT_ONCE <= rows.length; done += AT_ONCE) {
        const values = rows.slice(done, done + AT_ONCE).flatMap((row) => COLUMNS.map((column) => row[column]));
        await insertEntries(transaction, { ...values });
      }
      for (const row of rows.slice(done)) await insertEntry(transaction, row);
    },

    async list(caller, query) {
      const seesAll = caller.role === 'admin' && caller.spaceId === NULL_SPACE_ID;
      let select = database.read
        .selectFrom('audit_log')
        .selectAll()
        .orderBy('id', 'desc')
        .limit(query.limit + 1);
      if (!seesAll) select = select.where('space_id', '=', caller.spaceId);
      if (query.action) select = select.where('action', '=', query.action);
      if (query.resource_type) select = select.where('resource_type', '=', query.resource_type);
      if (query.resource_id) select = select.where('resource_id', '=', query.resource_id);
      if (query.since) select = select.where('timestamp', '>=', toUtc(query.since));
      if (query.until) select = select.where('timestamp', '<', toUtc(query.until));
      if (query.cursor) select = select.where('id', '<', decodeCursor(query.cursor).id);
      const rows = await select.execute();
      return toPage(
        rows,
        query.limit,
        (row) => ({ value: row.id, id: row.id }),
        ({ space_id, details, ...row }) => ({
          ...row,
          tenant_id: toTenantId(space_id),
          details: JSON.parse(details) as Record<string, unknown>,
        }),
      );
    },

    async prune(days, ofSpaces = new Map()) {
      const before = (age: number) => new Date(now().getTime() - age * 86_400_000).toISOString();
      if (days > 0) {
        await database.write((transaction) => {
          const remove = transaction.deleteFrom('audit_log').where('timestamp', '<', before(days));
          return (ofSpaces.size > 0 ? remove.where('space_id', 'not in', [...ofSpaces.keys()]) : remove).execute();
        });
      }
      for (const [spaceId, age] of ofSpaces) {
        if (age === 0) continue;
        await database.write((transaction) =>
          transaction
            .deleteFrom('audit_log')
            .where('space_id', '=', spaceId)
            .where('timestamp', '<', before(age))
            .execute(),
        );
      }
    },
  };
}

function toUtc(time: string): string {
  return new Date(time).toISOString();
}

import { MarfaError, type Run, type RunStatus, type RunTrigger } from '@withmarfa/shared';
import type { Selectable } from 'kysely';
import { DEAD } from '../../platform/database/index-hints.ts';
import type { Tables } from '../../platform/database/tables.ts';
import { decodeCursor, toPage } from '../../platform/page-cursor.ts';
import type { Platform } from '../../platform/platform.ts';

/** How long run records and the keys that keep messages single are kept, in days. */
const KEEP_RUNS_DAYS = 30;
const KEEP_KEYS_DAYS = 7;
const DAY_MS = 86_400_000;

export interface RunsService {
  list(
    spaceId: string,
    connectionId: string,
    page: { limit: number; cursor?: string | undefined },
  ): Promise<{ data: Run[]; cursor: string | null; has_more: boolean }>;
  get(spaceId: string, connectionId: string, runId: string): Promise<Run>;
  /** Removes the records of runs that ended long ago. */
  prune(): Promise<void>;
}

export function createRunsService({ database, now }: Pick<Platform, 'database' | 'now'>): RunsService {
  const runsOf = (spaceId: string, connectionId: string) =>
    database.read
      .selectFrom('runs')
      .selectAll()
      .where('space_id', '=', spaceId)
      .where('connection_id', '=', connectionId);
  return {
    async list(spaceId, connectionId, { limit, cursor }) {
      let select = runsOf(spaceId, connectionId);
      if (cursor) select = select.where('id', '<', decodeCursor(cursor).id);
      const rows = await select
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute();
      return toPage(rows, limit, (row) => ({ value: row.id, id: row.id }), toRun);
    },

    async get(spaceId, connectionId, runId) {
      const row = await runsOf(spaceId, connectionId).where('id', '=', runId).executeTakeFirst();
      if (!row) throw new MarfaError('not_found', 'There is no such run.');
      return toRun(row);
    },

    async prune() {
      const nowMs = now().getTime();
      const before = new Date(nowMs - KEEP_RUNS_DAYS * DAY_MS).toISOString();
      await database.write(async (transaction) => {
        await transaction
          .deleteFrom('runs')
          .where('queued_at', '<', before)
          .where('finished_at', 'is not', null)
          .execute();
        await transaction
          .deleteFrom('mailbox_messages')
          .where('state', '=', DEAD)
          .where('queued_at_ms', '<', nowMs - KEEP_RUNS_DAYS * DAY_MS)
          .execute();
        await transaction
          .deleteFrom('mailbox_keys')
          .where('accepted_at_ms', '<', nowMs - KEEP_KEYS_DAYS * DAY_MS)
          .execute();
      });
    },
  };
}

function toRun({ space_id: _space, error, replay_of, ...row }: Selectable<Tables['runs']>): Run {
  return {
    ...row,
    trigger: row.trigger as RunTrigger,
    status: row.status as RunStatus,
    ...(error === null ? {} : { error }),
    ...(replay_of === null ? {} : { replay_of }),
  };
}

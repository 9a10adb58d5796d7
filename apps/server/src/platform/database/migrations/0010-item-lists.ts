import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { Database } from '../database.ts';

/**
 * Indexes for lists over all user content, purging without a scan, and, on Postgres, a reader of stored JSON that never
 * throws: jsonb refuses the escaped halves of surrogate pairs, which JSON allows.
 */
export function itemLists(dialect: Database['dialect']): Migration {
  return {
    async up(db: Kysely<unknown>) {
      const run = (text: string) => sql.raw(text).execute(db);
      for (const column of ['created_at', 'updated_at', 'timestamp']) {
        await run(`drop index items_by_${column}`);
        // Ends with the type, so that a walk over the index need not visit the rows to know that they are content.
        await run(`create index items_by_${column} on items (space_id, state, ${column}, id, type)
          where type not like 'system.%'`);
      }
      // Led by the item alone: that is how a purged item's edges are looked for.
      await run('drop index edges_inbound');
      await run('create index edges_inbound on edges (target_id, edge_type, id)');
      if (dialect === 'postgres') await run(READ_JSON);
    },
  };
}

const READ_JSON = String.raw`
  create function marfa_json(stored text) returns jsonb language sql immutable parallel safe as $$
    select case when position('\ud' in stored) = 0 then stored::jsonb
      else regexp_replace(stored, '(?<!\\)((?:\\\\)*)\\ud[89a-f][0-9a-f]{2}', '\1\\ufffd', 'g')::jsonb end
  $$`;

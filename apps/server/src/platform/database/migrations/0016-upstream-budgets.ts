import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Where processes without Redis tell each other of the limits of upstream accounts. */
export function upstreamBudgets(): Migration {
  return {
    async up(db: Kysely<unknown>) {
      const run = (text: string) => sql.raw(text).execute(db);
      await run(
        'create table upstream_budgets (name text primary key, knowledge text not null, told_at_ms bigint not null)',
      );
      await run('create index upstream_budgets_time on upstream_budgets (told_at_ms)');
    },
  };
}

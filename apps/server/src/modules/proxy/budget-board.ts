import { z } from 'zod';
import type { Platform } from '../../platform/platform.ts';
import type { RedisConnection } from '../../platform/redis.ts';
import type { Knowledge } from './account-budget.ts';

export interface Told {
  name: string;
  knowledge: Knowledge;
}

/** Where processes tell each other of the limits of upstream accounts. What stands there may be a second old. */
export interface BudgetBoard {
  tell(told: readonly Told[]): Promise<void>;
  hear(names: readonly string[]): Promise<Told[]>;
  /** Takes down what is too old to be true. */
  prune(): Promise<void>;
}

const KnowledgeSchema = z.object({
  limit: z.number().nullable(),
  left: z.number(),
  resetAtMs: z.number().nullable(),
  blockedUntilMs: z.number(),
});
const PREFIX = 'marfa:budget:';
/** Nothing is true for longer than that. */
const KEPT_SECONDS = 3600;

/** @returns a board on Redis; while Redis is away, its calls fail and each process goes by itself. */
export function createRedisBoard({ client }: RedisConnection): BudgetBoard {
  return {
    async tell(told) {
      const pipeline = client.pipeline();
      for (const { name, knowledge } of told)
        pipeline.set(PREFIX + name, JSON.stringify(knowledge), 'EX', KEPT_SECONDS);
      await pipeline.exec();
    },
    async hear(names) {
      if (names.length === 0) return [];
      const texts = await client.mget(names.map((name) => PREFIX + name));
      return texts.flatMap((text, index) => toTold(names[index] ?? '', text));
    },
    // Redis does that by itself.
    prune: async () => undefined,
  };
}

/** @returns a board in the database, for processes that share nothing else. */
export function createDatabaseBoard({ database, now }: Pick<Platform, 'database' | 'now'>): BudgetBoard {
  return {
    async tell(told) {
      const told_at_ms = now().getTime();
      const rows = told.map(({ name, knowledge }) => ({ name, knowledge: JSON.stringify(knowledge), told_at_ms }));
      // One order for all processes, or two of them wait for each other.
      rows.sort((a, b) => (a.name < b.name ? -1 : 1));
      await database.apart.write((transaction) =>
        transaction
          .insertInto('upstream_budgets')
          .values(rows)
          .onConflict((conflict) =>
            conflict.column('name').doUpdateSet((row) => ({
              knowledge: row.ref('excluded.knowledge'),
              told_at_ms: row.ref('excluded.told_at_ms'),
            })),
          )
          .execute(),
      );
    },
    async hear(names) {
      if (names.length === 0) return [];
      const rows = await database.apart.read
        .selectFrom('upstream_budgets')
        .selectAll()
        .where('name', 'in', [...names])
        .execute();
      return rows.flatMap(({ name, knowledge }) => toTold(name, knowledge));
    },
    async prune() {
      await database.apart.write((transaction) =>
        transaction
          .deleteFrom('upstream_budgets')
          .where('told_at_ms', '<', now().getTime() - KEPT_SECONDS * 1000)
          .execute(),
      );
    },
  };
}

function toTold(name: string, text: string | null | undefined): Told[] {
  if (!text) return [];
  const parsed = KnowledgeSchema.safeParse(JSON.parse(text));
  return parsed.success ? [{ name, knowledge: parsed.data }] : [];
}

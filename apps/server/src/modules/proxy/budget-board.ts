import { z } from 'zod';
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
  };
}

export function toTold(name: string, text: string | null | undefined): Told[] {
  if (!text) return [];
  const parsed = KnowledgeSchema.safeParse(JSON.parse(text));
  return parsed.success ? [{ name, knowledge: parsed.data }] : [];
}

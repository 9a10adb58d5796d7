import { z } from 'zod';
import { IdSchema } from '../items/primitives.ts';

/** Where a chain of writes that wake connectors began (null for a person), and how many steps connectors have taken in it. */
export const CycleSchema = z.object({
  originating_connection_id: IdSchema.nullable(),
  hop_count: z.int().nonnegative(),
});
export type Cycle = z.infer<typeof CycleSchema>;

/** Headers by which a connector's writes name the chain they belong to. A server takes no hop from them that lowers its own. */
export const CYCLE_HEADERS = { origin: 'X-Marfa-Cycle-Origin', hop: 'X-Marfa-Cycle-Hop' } as const;

/** The chain of a write that no connector had a part in. */
export const PERSONAL_CYCLE: Cycle = Object.freeze({ originating_connection_id: null, hop_count: 0 });

/**
 * The chain that the writes of one run belong to.
 * @param connectionId whose run it is.
 * @param parent the chain of the item event that woke it; null for every other run, which begins a chain.
 */
export function nextHopMetadata(connectionId: string, parent: Cycle | null): Cycle {
  const { originating_connection_id, hop_count } = parent ?? PERSONAL_CYCLE;
  // A chain that a connector began has taken one step at least.
  const taken = originating_connection_id === null ? hop_count : Math.max(1, hop_count);
  return { originating_connection_id: originating_connection_id ?? connectionId, hop_count: taken + 1 };
}

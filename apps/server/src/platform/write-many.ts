import { type BulkResult, MarfaError } from '@withmarfa/shared';
import { attempt } from './database/attempt.ts';
import type { Transaction } from './database/database.ts';

type Outcome = BulkResult['results'][number];

/** What became of one entry of a bulk write. */
export interface Written {
  id: string;
  outcome: 'created' | 'updated' | 'unchanged';
}

export interface WriteManyOptions<Entry> {
  /** All or none: the first fault is thrown with its index. Otherwise each stands for itself, and its result tells its fault. */
  atomic: boolean;
  mode: 'upsert' | 'create_only';
  /** What an entry is called in a message. */
  noun: 'Item' | 'Edge';
  write(entry: Entry): Promise<Written>;
}

/** Writes many entries in one transaction, in their order. */
export async function writeMany<Entry>(
  transaction: Transaction,
  entries: readonly Entry[],
  options: WriteManyOptions<Entry>,
): Promise<BulkResult> {
  const results: Outcome[] = [];
  for (const [index, entry] of entries.entries()) results.push(await one(entry, index));
  const count = (outcome: Outcome['outcome']) => results.filter((result) => result.outcome === outcome).length;
  const counts = {
    created: count('created'),
    updated: count('updated'),
    skipped: count('skipped'),
    errored: count('errored'),
  };
  return { counts, results };

  async function one(entry: Entry, index: number): Promise<Outcome> {
    if (!options.atomic) {
      const tried = await attempt(transaction, () => options.write(entry));
      if (tried.ok) return toOutcome(tried.result, index);
      const { code, message } = tried.error;
      return { index, outcome: 'errored', error: { code, message } };
    }
    try {
      return toOutcome(await options.write(entry), index);
    } catch (error) {
      if (!MarfaError.is(error)) throw error;
      throw new MarfaError(error.code, `${options.noun} ${index}: ${error.message} Nothing was written.`, {
        details: { ...error.details, index },
        cause: error,
      });
    }
  }

  function toOutcome({ id, outcome }: Written, index: number): Outcome {
    if (outcome !== 'unchanged') return { index, outcome, id };
    return { index, outcome: 'skipped', id, reason: options.mode === 'create_only' ? 'exists' : 'unchanged' };
  }
}

import { type BulkItemsInput, type BulkResult, MAX_BULK_ITEMS, MarfaError } from '@withmarfa/shared';
import type { ItemInput, ItemStore } from './item-store.ts';
import type { SpaceCaller } from './space-caller.ts';
import type { SpaceCore } from './space-state.ts';

type Row = BulkResult['results'][number];

/** Writes many items: all or none with `atomic`, else each stands for itself. @throws MarfaError `bulk_cap_exceeded`. */
export function writeBulk(
  { core, items }: { core: SpaceCore; items: ItemStore },
  caller: SpaceCaller,
  { items: entries, mode, atomic, emit_events }: BulkItemsInput,
): BulkResult {
  if (entries.length > MAX_BULK_ITEMS)
    throw new MarfaError('bulk_cap_exceeded', `A bulk call takes at most ${MAX_BULK_ITEMS} items.`);
  const createOnly = mode === 'create_only';

  function write(entry: ItemInput, index: number): Row {
    const { item, outcome } = items.put(caller, entry, { createOnly, quiet: !emit_events });
    if (outcome !== 'unchanged') return { index, outcome, id: item.id };
    return { index, outcome: 'skipped', id: item.id, reason: createOnly ? 'exists' : 'unchanged' };
  }

  function writeOne(entry: ItemInput, index: number): Row {
    try {
      return write(entry, index);
    } catch (error) {
      if (!MarfaError.is(error)) throw error;
      if (!atomic) return { index, outcome: 'errored', error: { code: error.code, message: error.message } };
      throw new MarfaError(error.code, `Item ${index}: ${error.message} Nothing was written.`, {
        details: { ...error.details, index },
        cause: error,
      });
    }
  }

  const results = atomic ? core.atomically(() => entries.map(writeOne)) : entries.map(writeOne);
  const count = (outcome: Row['outcome']) => results.filter((row) => row.outcome === outcome).length;
  const counts = {
    created: count('created'),
    updated: count('updated'),
    skipped: count('skipped'),
    errored: count('errored'),
  };
  return { counts, results };
}

import { type BulkResult, bulkItems, type CreateItemInput } from '@withmarfa/shared';
import type { MarfaCaller } from './create-marfa-caller.ts';
import type { BulkUpsertOptions } from './marfa-client.ts';
import { splitBulk } from './split-bulk.ts';

/**
 * Sends items in as many calls as their size asks for.
 * @param options.call called after each bulk call with that call's counts.
 * @returns the counts of all calls together, and results whose `index` counts through all items.
 */
export async function bulkUpsert(
  items: readonly CreateItemInput[],
  options: BulkUpsertOptions & { call: MarfaCaller; onCounts: (counts: BulkResult['counts']) => void },
): Promise<BulkResult> {
  const total: BulkResult = { counts: { created: 0, updated: 0, skipped: 0, errored: 0 }, results: [] };
  const settings = { mode: 'upsert', atomic: options.atomic ?? true, emit_events: options.emit_events ?? true };
  for (const { offset, items: texts } of splitBulk(items)) {
    const { body } = await options.call(bulkItems, {
      body: `{"items":[${texts.join(',')}],${JSON.stringify(settings).slice(1)}`,
      repeatable: items.slice(offset, offset + texts.length).every((item) => item.source_id !== undefined),
    });
    options.onCounts(body.counts);
    for (const kind of ['created', 'updated', 'skipped', 'errored'] as const) total.counts[kind] += body.counts[kind];
    for (const result of body.results) total.results.push({ ...result, index: result.index + offset });
  }
  return total;
}

import { type Item, MarfaApiError } from '@withmarfa/runtime-sdk';
import type { CalendarContext, EventType } from '../manifest.ts';
import type { Properties } from '../mapping/event-parts.ts';
import type { CalendarCursor } from '../state/calendar-cursor.ts';
import { note, type SyncReport } from './sync-report.ts';

export type ItemWrite =
  | { kind: 'create'; type: EventType; source_id: string; properties: Properties }
  | { kind: 'update'; item: Item; properties: Properties };

/**
 * Writes items; one that the space refuses stops no other.
 * @param options.cursor learns what this Connection writes as from the first item that it creates.
 * @throws what the client throws when the space cannot be reached.
 */
export async function writeItems(
  ctx: CalendarContext,
  writes: readonly ItemWrite[],
  { cursor, report }: { cursor: CalendarCursor; report: SyncReport },
): Promise<void> {
  const creates = writes.flatMap(({ kind, ...write }) => (kind === 'create' ? [write as CreateWrite] : []));
  while (cursor.source === undefined && creates.length > 0) {
    const [input] = creates.splice(0, 1);
    if (input) await refusable(report, input.source_id, async () => createFirst(ctx, input, { cursor, report }));
  }
  if (creates.length > 0) {
    const { counts, results } = await ctx.marfa.bulkUpsert(creates, { atomic: false });
    report.created += counts.created;
    report.updated += counts.updated;
    for (const { index, outcome, error, reason } of results) {
      if (outcome !== 'errored') continue;
      note(report.refused, `${creates[index]?.source_id}: ${error?.message ?? reason ?? 'no reason given'}`);
    }
  }
  for (const write of writes) {
    if (write.kind !== 'update' || !isChange(write.item.properties, write.properties)) continue;
    await refusable(report, write.item.id, async () => {
      await ctx.marfa.updateItem(write.item.id, { properties: write.properties });
      report.updated += 1;
    });
  }
}

type CreateWrite = Omit<Extract<ItemWrite, { kind: 'create' }>, 'kind'>;

async function createFirst(
  ctx: CalendarContext,
  input: CreateWrite,
  { cursor, report }: { cursor: CalendarCursor; report: SyncReport },
): Promise<void> {
  const { item, created } = await ctx.marfa.createItem(input);
  cursor.source = item.source;
  if (created) report.created += 1;
  else report.updated += 1;
}

/**
 * Moves an item to the trash, and marks that this is because its event is gone.
 * @returns false when it is gone from the space by now.
 */
export async function trashItem(ctx: Pick<CalendarContext, 'marfa'>, item: Item): Promise<boolean> {
  try {
    // Restored by a person it is to be made anew at Google; an item that is merely edited is not.
    await ctx.marfa.updateItem(item.id, { properties: { status: 'cancelled' } });
    await ctx.marfa.transitionItem(item.id, 'trashed');
    return true;
  } catch (error) {
    if (MarfaApiError.is(error) && (error.status === 404 || error.code === 'invalid_transition')) return false;
    throw error;
  }
}

/** What the space refuses is noted; what keeps it from answering is thrown. */
async function refusable(report: SyncReport, what: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!MarfaApiError.is(error) || ![400, 404, 409, 413, 422].includes(error.status)) throw error;
    note(report.refused, `${what}: ${error.message}`);
  }
}

function isChange(before: Properties, change: Properties): boolean {
  return Object.entries(change).some(([name, value]) => JSON.stringify(before[name] ?? null) !== JSON.stringify(value));
}

import { type BulkResult, type Item, MarfaApiError } from '@withmarfa/runtime-sdk';
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
    if (input)
      await refusable(report, input.source_id, async () => {
        cursor.source = (await createOne(ctx, input, report)).source;
      });
  }
  if (creates.length > 0) await createAll(ctx, creates, report);
  for (const write of writes) {
    if (write.kind !== 'update' || !isChange(write.item.properties, write.properties)) continue;
    await refusable(report, write.item.id, async () => {
      await ctx.marfa.updateItem(write.item.id, { properties: write.properties });
      report.updated += 1;
    });
  }
}

async function createAll(ctx: CalendarContext, creates: readonly CreateWrite[], report: SyncReport): Promise<void> {
  let result: BulkResult;
  try {
    result = await ctx.marfa.bulkUpsert(creates, { atomic: false });
  } catch (error) {
    if (!isRefusal(error)) throw error;
    // The call was refused as a whole, for the sake of one item in it.
    for (const input of creates) await refusable(report, input.source_id, async () => createOne(ctx, input, report));
    return;
  }
  report.created += result.counts.created;
  report.updated += result.counts.updated;
  for (const { index, outcome, error, reason } of result.results) {
    if (outcome !== 'errored') continue;
    note(report.refused, `${creates[index]?.source_id}: ${error?.message ?? reason ?? 'no reason given'}`);
  }
}

type CreateWrite = Omit<Extract<ItemWrite, { kind: 'create' }>, 'kind'>;

async function createOne(ctx: CalendarContext, input: CreateWrite, report: SyncReport): Promise<Item> {
  const { item, created } = await ctx.marfa.createItem(input);
  if (created) report.created += 1;
  else report.updated += 1;
  return item;
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
async function refusable(report: SyncReport, what: string, write: () => Promise<unknown>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if (!isRefusal(error)) throw error;
    note(report.refused, `${what}: ${error.message}`);
  }
}

function isRefusal(error: unknown): error is MarfaApiError {
  return MarfaApiError.is(error) && [400, 404, 409, 413, 422].includes(error.status);
}

function isChange(before: Properties, change: Properties): boolean {
  return Object.entries(change).some(([name, value]) => JSON.stringify(before[name] ?? null) !== JSON.stringify(value));
}

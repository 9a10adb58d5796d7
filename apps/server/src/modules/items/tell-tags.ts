import type { Transaction } from '../../platform/database/database.ts';
import { appendMetadataEvent } from '../../platform/event-log/append-item-event.ts';
import type { EventWriter } from '../../platform/event-log/event-writer.ts';
import type { ItemRow } from './item-row.ts';
import { tagsOfOne } from './items-store.ts';

/** Tells the followers of the space which tags an item has after they have changed. */
export async function tellTags(transaction: Transaction, caller: EventWriter, row: ItemRow): Promise<void> {
  const tags = await tagsOfOne(transaction, row);
  await appendMetadataEvent(transaction, row, tags, caller);
}

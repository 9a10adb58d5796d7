import type { Selectable } from 'kysely';
import type { Transaction } from '../database/database.ts';
import type { Tables } from '../database/tables.ts';
import { itemText } from '../item-text.ts';
import { appendEvent } from './append-event.ts';
import type { EventWriter } from './event-writer.ts';

type ItemRow = Selectable<Tables['items']>;

/** Tells of an item as it is after the change, or that it is gone. */
export function appendItemEvent(
  transaction: Transaction,
  event: 'item.created' | 'item.updated' | 'item.state_changed' | 'item.restored' | 'item.deleted',
  row: ItemRow,
  writer: EventWriter | null,
): Promise<void> {
  return appendEvent(transaction, {
    spaceId: row.space_id,
    event,
    subjectId: row.id,
    type: row.type,
    writer,
    payload: event === 'item.deleted' ? JSON.stringify({ id: row.id, type: row.type }) : itemText(row),
  });
}

/** Tells what stands beside an item after its tags have changed. */
export function appendMetadataEvent(
  transaction: Transaction,
  row: ItemRow,
  tags: readonly string[],
  writer: EventWriter | null,
): Promise<void> {
  const payload = { item_id: row.id, tags, tier: row.tier, state: row.state };
  return appendEvent(transaction, {
    spaceId: row.space_id,
    event: 'metadata.changed',
    subjectId: row.id,
    type: row.type,
    writer,
    payload: JSON.stringify(payload),
  });
}

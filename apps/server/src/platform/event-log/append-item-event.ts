import type { Selectable } from 'kysely';
import type { Transaction } from '../database/database.ts';
import { toTenantId } from '../database/null-space.ts';
import type { Tables } from '../database/tables.ts';
import { appendEvent } from './append-event.ts';

type ItemRow = Selectable<Tables['items']>;

/** Tells of an item as it is after the change, or that it is gone. */
export function appendItemEvent(
  transaction: Transaction,
  event: 'item.created' | 'item.updated' | 'item.state_changed' | 'item.restored' | 'item.deleted',
  row: ItemRow,
  originConnectionId: string | null,
): Promise<void> {
  return appendEvent(transaction, {
    spaceId: row.space_id,
    event,
    subjectId: row.id,
    type: row.type,
    originConnectionId,
    payload: event === 'item.deleted' ? JSON.stringify({ id: row.id, type: row.type }) : itemText(row),
  });
}

/** Tells what stands beside an item after its tags have changed. */
export function appendMetadataEvent(
  transaction: Transaction,
  row: ItemRow,
  tags: readonly string[],
  originConnectionId: string | null,
): Promise<void> {
  const payload = { item_id: row.id, tags, tier: row.tier, state: row.state };
  return appendEvent(transaction, {
    spaceId: row.space_id,
    event: 'metadata.changed',
    subjectId: row.id,
    type: row.type,
    originConnectionId,
    payload: JSON.stringify(payload),
  });
}

/** The wire form of an item as text. Its properties are stored as they go on the wire, and are not parsed again. */
function itemText(row: ItemRow): string {
  const head = JSON.stringify({ id: row.id, type: row.type });
  const rest = JSON.stringify({
    state: row.state,
    tier: row.tier ?? undefined,
    source_id: row.source_id ?? undefined,
    device: row.device ?? undefined,
    capture_latitude: row.capture_latitude ?? undefined,
    capture_longitude: row.capture_longitude ?? undefined,
    tenant_id: toTenantId(row.space_id),
    version: row.version,
    schema_version: row.schema_version,
    source: row.source,
    timestamp: row.timestamp,
    created_at: row.created_at,
    updated_at: row.updated_at,
  });
  return `${head.slice(0, -1)},"properties":${row.properties},${rest.slice(1)}`;
}

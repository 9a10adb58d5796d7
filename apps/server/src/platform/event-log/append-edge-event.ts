import type { Selectable } from 'kysely';
import type { Transaction } from '../database/database.ts';
import { toTenantId } from '../database/null-space.ts';
import type { Tables } from '../database/tables.ts';
import { appendEvent } from './append-event.ts';
import type { EventWriter } from './event-writer.ts';

type EdgeRow = Selectable<Tables['edges']>;

/** Tells of an edge as it is after the change, or that it is gone. @param ends the types of the items it relates. */
export function appendEdgeEvent(
  transaction: Transaction,
  event: 'edge.created' | 'edge.updated' | 'edge.deleted',
  row: EdgeRow,
  ends: { sourceType: string; targetType: string; writer: EventWriter },
): Promise<void> {
  return appendEvent(transaction, {
    spaceId: row.space_id,
    event,
    subjectId: row.id,
    type: ends.sourceType,
    edge: { type: row.edge_type, targetType: ends.targetType },
    writer: ends.writer,
    payload: event === 'edge.deleted' ? goneText(row) : edgeText(row),
  });
}

function goneText({ id, edge_type, source_id, target_id }: EdgeRow): string {
  return JSON.stringify({ id, edge_type, source_id, target_id });
}

function edgeText({ space_id, properties, id, source_id, target_id, edge_type, created_at, updated_at }: EdgeRow) {
  const rest = { tenant_id: toTenantId(space_id), source_id, target_id, edge_type, created_at, updated_at };
  return `{"id":${JSON.stringify(id)},"properties":${properties},${JSON.stringify(rest).slice(1)}`;
}

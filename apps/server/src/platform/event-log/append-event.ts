import type { EventName } from '@withmarfa/shared';
import type { Selectable } from 'kysely';
import type { Transaction } from '../database/database.ts';
import { preparedQuery } from '../database/prepared-query.ts';
import type { Tables } from '../database/tables.ts';
import { newId } from '../ids.ts';
import type { EventWriter } from './event-writer.ts';

/** One change, as those who follow a space are told of it. */
export interface NewEvent {
  spaceId: string;
  event: EventName;
  /** The item or edge it is about. */
  subjectId: string;
  /** The item's type; of an edge, its source's. */
  type: string;
  edge?: { type: string; targetType: string };
  /** Who made the change; null for the platform itself. */
  writer: EventWriter | null;
  /** JSON text, told as it is. */
  payload: string;
}

/** Writes an event in the transaction of the change that it tells of: neither is there without the other. */
export async function appendEvent(transaction: Transaction, event: NewEvent): Promise<void> {
  await insertEvent(transaction, {
    id: newId(),
    space_id: event.spaceId,
    event: event.event,
    subject_id: event.subjectId,
    type: event.type,
    other_type: event.edge?.targetType ?? null,
    edge_type: event.edge?.type ?? null,
    origin_connection_id: event.writer?.connectionId ?? null,
    cycle_origin_id: event.writer?.cycle.originating_connection_id ?? null,
    hop_count: event.writer?.cycle.hop_count ?? 0,
    payload: event.payload,
  });
}

const insertEvent = preparedQuery<Omit<Selectable<Tables['events']>, 'seq' | 'tx' | 'created_at'>>(
  [
    'id',
    'space_id',
    'event',
    'subject_id',
    'type',
    'other_type',
    'edge_type',
    'origin_connection_id',
    'cycle_origin_id',
    'hop_count',
    'payload',
  ],
  (queryable, value) => queryable.insertInto('events').values(value),
);

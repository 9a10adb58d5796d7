import type { Queryable } from '../../platform/database/database.ts';
import type { EventPosition } from '../../platform/event-log/event-position.ts';
import type { Consent } from '../connections/index.ts';

/** A Connection that a person has granted the item-event trigger. */
export interface Listener {
  id: string;
  spaceId: string;
  integrationName: string;
  label: string;
  isActive: boolean;
  isPaused: boolean;
  /** What lies before was there before it was. */
  since: EventPosition;
  /** As consented to; subtypes go along. */
  targetTypes: readonly string[];
}

/** @returns the listeners of some spaces that have not been uninstalled. */
export async function listenersOf(queryable: Queryable, spaceIds: readonly string[]): Promise<Listener[]> {
  const rows = await queryable
    .selectFrom('connections')
    .select(['id', 'space_id', 'integration_name', 'label', 'active', 'runtime_status', 'consent'])
    .select(['told_since_tx', 'told_since_seq'])
    .where('told_since_seq', 'is not', null)
    .where('active', '=', 1)
    .where('space_id', 'in', [...spaceIds])
    .orderBy('id')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    spaceId: row.space_id,
    integrationName: row.integration_name,
    label: row.label,
    isActive: row.active === 1,
    isPaused: row.runtime_status === 'paused',
    since: { tx: row.told_since_tx ?? 0, seq: row.told_since_seq ?? 0 },
    targetTypes: (JSON.parse(row.consent) as Consent).target_types,
  }));
}

/** @returns the place before which nothing is of interest to any listener; null while there is none. */
export async function beginningOfInterest(queryable: Queryable): Promise<EventPosition | null> {
  const first = await queryable
    .selectFrom('connections')
    .select(['told_since_tx', 'told_since_seq'])
    .where('told_since_seq', 'is not', null)
    .where('active', '=', 1)
    .orderBy('told_since_tx')
    .orderBy('told_since_seq')
    .limit(1)
    .executeTakeFirst();
  return first ? { tx: first.told_since_tx ?? 0, seq: first.told_since_seq ?? 0 } : null;
}

import type { Item, ItemState, Properties, Tier } from '@withmarfa/shared';
import type { Selectable } from 'kysely';
import { toTenantId } from '../../platform/database/null-space.ts';
import type { Tables } from '../../platform/database/tables.ts';

export type ItemRow = Selectable<Tables['items']>;

/** The wire form of an item. A credential's stored secret would be the one property never to show; it is not kept here. */
export function toItem(row: ItemRow): Item {
  const optional = {
    tier: row.tier as Tier | null,
    source_id: row.source_id,
    device: row.device,
    capture_latitude: row.capture_latitude,
    capture_longitude: row.capture_longitude,
  };
  const present = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== null));
  return {
    id: row.id,
    type: row.type,
    properties: JSON.parse(row.properties) as Properties,
    state: row.state as ItemState,
    ...present,
    tenant_id: toTenantId(row.space_id),
    version: row.version,
    schema_version: row.schema_version,
    source: row.source,
    timestamp: row.timestamp,
    created_at: row.created_at,
    updated_at: row.updated_at,
  };
}

import { mayAccessEdge, mayAccessMetadata, mayAccessType } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { EventRow } from '../../platform/database/settled-events.ts';
import type { Catalogue } from '../types/index.ts';

/** Decides whether a caller may read what an event tells: an edge needs read on its type and on both of its ends. */
export function maySeeEvent(caller: Caller, catalogue: Catalogue, row: EventRow): boolean {
  if (row.space_id !== caller.spaceId) return false;
  const mayRead = (type: string) => mayAccessType(caller, catalogue.refOf(type), 'read');
  if (!mayRead(row.type)) return false;
  if (row.edge_type !== null) {
    return mayAccessEdge(caller, row.edge_type, 'read') && row.other_type !== null && mayRead(row.other_type);
  }
  return row.event !== 'metadata.changed' || mayAccessMetadata(caller, 'tags', 'read');
}

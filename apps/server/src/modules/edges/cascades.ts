import { MarfaError, mayAccessEdge, mayAccessType } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Database, Transaction } from '../../platform/database/database.ts';
import { lockRows } from '../../platform/database/row-lock.ts';
import type { AuditService } from '../audit/index.ts';
import type { Catalogue, TypesService } from '../types/index.ts';

/** The most items that one deletion takes along. */
const MAX_CASCADE = 1000;
const STEP = 500;

export interface CascadingItem {
  id: string;
  type: string;
}

/** What the `cascade_on_delete` of an item's outbound edges asks for when the item is deleted. */
export interface Cascades {
  /**
   * To be called before an item goes to the trash.
   * @returns the items that go with it, at whatever depth, locked and each with its audit row; the caller moves them.
   *   Items that are in the trash already, and rows of the platform, are left where they are.
   * @throws MarfaError `conflict` when an edge blocks the deletion or too many would go along; `type_not_permitted` or
   *   `forbidden` when the caller may not delete one of them. Nothing is deleted then.
   */
  beforeTrash(transaction: Transaction, caller: Caller, item: CascadingItem): Promise<string[]>;
}

export function createCascades(
  database: Pick<Database, 'dialect'>,
  types: TypesService,
  audit: AuditService,
): Cascades {
  async function lockLive(transaction: Transaction, spaceId: string, ids: readonly string[]): Promise<CascadingItem[]> {
    const select = transaction
      .selectFrom('items')
      .select(['id', 'type', 'state'])
      .where('space_id', '=', spaceId)
      .where('id', 'in', [...ids])
      .orderBy('id');
    const rows = await lockRows(select, database.dialect).execute();
    return rows.filter((row) => row.state === 'active' || row.state === 'archived');
  }

  return {
    async beforeTrash(transaction, caller, item) {
      const catalogue = await types.of(caller, transaction);
      const going = new Map([[item.id, item]]);
      let level = [item.id];
      while (level.length > 0) {
        const found = new Set<string>();
        for (let start = 0; start < level.length; start += STEP) {
          const targets = await liveTargets(transaction, caller, catalogue, level.slice(start, start + STEP));
          for (const id of targets) if (!going.has(id)) found.add(id);
        }
        if (going.size - 1 + found.size > MAX_CASCADE) throw tooMany();
        const rows = found.size > 0 ? await lockLive(transaction, caller.spaceId, [...found]) : [];
        for (const row of rows) {
          requireDeletable(caller, catalogue, row);
          going.set(row.id, row);
        }
        level = rows.map((row) => row.id);
      }
      going.delete(item.id);
      for (const { id, type } of going.values()) {
        await audit.record(transaction, caller, {
          action: 'item.transition',
          resource_type: 'item',
          resource_id: id,
          details: { state: 'trashed', type, cascaded_from: item.id },
        });
      }
      return [...going.keys()];
    },
  };
}

/** Live items that cascading edges lead to. @throws MarfaError `conflict` when a blocking edge leads to one. */
async function liveTargets(
  transaction: Transaction,
  caller: Caller,
  catalogue: Catalogue,
  sourceIds: readonly string[],
): Promise<string[]> {
  const rules = new Map(
    catalogue.edgeTypes().flatMap((type) => (type.cascade_on_delete === 'orphan' ? [] : [[type.id, type] as const])),
  );
  const rows = await transaction
    .selectFrom('edges')
    .innerJoin('items', 'items.id', 'edges.target_id')
    .select(['edges.id', 'edges.edge_type', 'edges.target_id', 'items.type'])
    .where('edges.space_id', '=', caller.spaceId)
    .where('edges.source_id', 'in', [...sourceIds])
    .where('edges.edge_type', 'in', [...rules.keys()])
    .where('items.state', 'in', ['active', 'archived'])
    .where('items.type', 'not like', 'system.%')
    .orderBy('edges.id')
    .limit(MAX_CASCADE + STEP)
    .execute();
  const blocking = rows.find((row) => rules.get(row.edge_type)?.cascade_on_delete === 'block');
  if (blocking) {
    const { id, edge_type, type } = blocking;
    if (!mayAccessEdge(caller, edge_type, 'read') || !mayAccessType(caller, catalogue.refOf(type), 'read'))
      throw new MarfaError('conflict', 'An edge that this credential may not read keeps the item from being deleted.');
    throw new MarfaError('conflict', `An edge of type ${edge_type} keeps the item from being deleted.`, {
      details: { edge_type, edge_id: id },
    });
  }
  return rows.map((row) => row.target_id);
}

function requireDeletable(caller: Caller, catalogue: Catalogue, { type }: CascadingItem): void {
  if (!mayAccessType(caller, catalogue.refOf(type), 'write')) {
    throw new MarfaError(
      'type_not_permitted',
      'Deleting this item deletes others with it, and this credential may not write all of them.',
    );
  }
  catalogue.admitSource(caller.source, type);
}

function tooMany(): MarfaError {
  return new MarfaError(
    'conflict',
    `More than ${MAX_CASCADE} items would be deleted with this one; delete some of them first.`,
    { details: { limit: MAX_CASCADE } },
  );
}

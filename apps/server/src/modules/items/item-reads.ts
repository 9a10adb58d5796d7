import { MarfaError, mayAccessMetadata, mayAccessType } from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Queryable } from '../../platform/database/database.ts';
import { itemText } from '../../platform/item-text.ts';
import type { TypesService } from '../types/index.ts';
import type { ItemRow } from './item-row.ts';
import { findItem, findItemWithTags, tagsOfOne } from './items-store.ts';

/** Single items for who may read them. */
export interface ItemReads {
  /** @throws MarfaError `item_not_found`, or `type_not_permitted` when it may not be read. */
  requireReadable(queryable: Queryable, caller: Caller, id: string): Promise<ItemRow>;
  /** As {@link ItemReads.requireReadable}; a runtime credential also reaches the Connection it is bound to. */
  requireForExtension(queryable: Queryable, caller: Caller, id: string): Promise<ItemRow>;
  /** The answer to who reads one item: {@link ItemReads.requireReadable} and then its envelope, in one look. */
  readText(queryable: Queryable, caller: Caller, id: string): Promise<string>;
  /**
   * An item with its metadata as JSON text (`ItemEnvelopeSchema`): what is stored is not parsed only to be written again.
   * @param known the item's tags, sorted, where the caller of this has just written them.
   */
  envelopeText(queryable: Queryable, caller: Caller, row: ItemRow, known?: readonly string[]): Promise<string>;
}

export function createItemReads(types: TypesService): ItemReads {
  async function admit<Row extends ItemRow>(
    queryable: Queryable,
    caller: Caller,
    { id, row }: { id: string; row: Row | undefined },
  ): Promise<Row> {
    if (!row) throw itemNotFound(id);
    const catalogue = await types.of(caller, queryable);
    if (mayAccessType(caller, catalogue.refOf(row.type), 'read')) return row;
    throw new MarfaError('type_not_permitted', `This credential may not read ${row.type}.`);
  }

  const requireReadable: ItemReads['requireReadable'] = async (queryable, caller, id) =>
    admit(queryable, caller, { id, row: await findItem(queryable, caller.spaceId, id) });

  return {
    requireReadable,

    async requireForExtension(queryable, caller, id) {
      if (caller.connectionId !== id) return requireReadable(queryable, caller, id);
      const row = await findItem(queryable, caller.spaceId, id);
      if (!row) throw itemNotFound(id);
      return row;
    },

    async readText(queryable, caller, id) {
      const found = await findItemWithTags(queryable, caller.spaceId, id);
      const row = await admit(queryable, caller, { id, row: found });
      return toEnvelopeText(row, mayAccessMetadata(caller, 'tags', 'read') ? row.tags_text : '[]');
    },

    async envelopeText(queryable, caller, row, known) {
      const mayReadTags = mayAccessMetadata(caller, 'tags', 'read');
      const tags = mayReadTags ? (known ?? (await tagsOfOne(queryable, row))) : [];
      return toEnvelopeText(row, JSON.stringify(tags));
    },
  };
}

export function itemNotFound(id: string): MarfaError {
  return new MarfaError('item_not_found', `There is no item ${id}.`);
}

function toEnvelopeText(row: ItemRow, tagsText: string): string {
  return `{"item":${itemText(row)},"metadata":{"item_id":"${row.id}","tags":${tagsText},"extensions":{}}}`;
}

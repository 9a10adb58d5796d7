import {
  type ItemMetadata,
  MAX_EXTENSION_BYTES,
  MarfaError,
  mayAccessExtension,
  mayAccessMetadata,
  type Properties,
} from '@withmarfa/shared';
import type { Caller } from '../../platform/caller.ts';
import type { Database, Queryable, Transaction } from '../../platform/database/database.ts';
import { itemNotFound } from './item-reads.ts';
import type { ItemRow } from './item-row.ts';
import { addTags, extensionsOf, holdItem, lockItem, tagsOfOne } from './items-store.ts';
import { tellTags } from './tell-tags.ts';

/** The extension that a connector keeps on its own Connection; nobody else writes it. */
const CONNECTION_RUNTIME = 'connection.runtime';

/** What adds, sets or removes answers whether anything became different. */
export interface ItemMetadataService {
  read(queryable: Queryable, caller: Caller, row: ItemRow): Promise<ItemMetadata>;
  addTags(transaction: Transaction, caller: Caller, row: ItemRow, tags: readonly string[]): Promise<boolean>;
  /** Makes the tags exactly these. */
  setTags(transaction: Transaction, caller: Caller, row: ItemRow, tags: readonly string[]): Promise<boolean>;
  removeTag(transaction: Transaction, caller: Caller, row: ItemRow, tag: string): Promise<boolean>;
  extensions(queryable: Queryable, caller: Caller, row: ItemRow): Promise<Record<string, Properties>>;
  extension(queryable: Queryable, caller: Caller, row: ItemRow, namespace: string): Promise<Properties | null>;
  putExtension(
    transaction: Transaction,
    caller: Caller,
    row: ItemRow,
    namespace: string,
    data: Properties,
  ): Promise<void>;
  removeExtension(transaction: Transaction, caller: Caller, row: ItemRow, namespace: string): Promise<boolean>;
}

/** Tags and extensions of items whose type the caller may use already. */
export function createItemMetadata({ dialect }: Pick<Database, 'dialect'>): ItemMetadataService {
  function requireTags(caller: Caller, row: ItemRow, level: 'read' | 'write'): void {
    if (row.type.startsWith('system.')) throw new MarfaError('forbidden', 'System items carry no tags.');
    if (!mayAccessMetadata(caller, 'tags', level))
      throw new MarfaError('forbidden', `This credential may not ${level} tags.`);
  }

  function requireExtension(caller: Caller, row: ItemRow, namespace: string, level: 'read' | 'write'): void {
    // Catalogue rows are read from every space and belong to none of them.
    if (level === 'write' && row.space_id !== caller.spaceId) {
      throw new MarfaError('forbidden', 'Catalogue rows carry no extensions of a space.');
    }
    const isRuntime = namespace === CONNECTION_RUNTIME || namespace.startsWith(`${CONNECTION_RUNTIME}.`);
    if (isRuntime && level === 'write') {
      if (caller.connectionId === row.id) return;
      throw new MarfaError(
        'extension_permission_denied',
        `${CONNECTION_RUNTIME} is written by the Connection's own credential alone.`,
      );
    }
    const runsSpace = isRuntime && caller.role !== 'member';
    if (runsSpace || mayAccessExtension(caller, namespace, level)) return;
    throw new MarfaError('extension_permission_denied', `This credential may not ${level} the extension ${namespace}.`);
  }

  /** Two who replace an item's tags at once would leave both their lists, and tell of neither. */
  async function takeTurn(transaction: Transaction, row: ItemRow): Promise<void> {
    if (!(await lockItem(transaction, dialect, row.space_id, row.id))) throw itemNotFound(row.id);
  }

  async function extensions(queryable: Queryable, caller: Caller, row: ItemRow): Promise<Record<string, Properties>> {
    const all = (await extensionsOf(queryable, caller.spaceId, [row.id])).get(row.id) ?? [];
    const readable = all.filter(({ namespace }) => mayAccessExtension(caller, namespace, 'read'));
    return Object.fromEntries(readable.map(({ namespace, data }) => [namespace, JSON.parse(data) as Properties]));
  }

  return {
    extensions,

    async read(queryable, caller, row) {
      requireTags(caller, row, 'read');
      const tags = await tagsOfOne(queryable, { id: row.id, space_id: caller.spaceId });
      return { item_id: row.id, tags, extensions: await extensions(queryable, caller, row) };
    },

    async addTags(transaction, caller, row, tags) {
      requireTags(caller, row, 'write');
      await takeTurn(transaction, row);
      const isAdded = await addTags(transaction, row, tags);
      if (isAdded) await tellTags(transaction, caller, row);
      return isAdded;
    },

    async setTags(transaction, caller, row, tags) {
      requireTags(caller, row, 'write');
      await takeTurn(transaction, row);
      let others = transaction
        .deleteFrom('item_tags')
        .where('space_id', '=', row.space_id)
        .where('item_id', '=', row.id);
      if (tags.length > 0) others = others.where('tag', 'not in', [...tags]);
      const { numDeletedRows } = await others.executeTakeFirstOrThrow();
      const isAdded = await addTags(transaction, row, tags);
      const isChanged = isAdded || numDeletedRows > 0n;
      if (isChanged) await tellTags(transaction, caller, row);
      return isChanged;
    },

    async removeTag(transaction, caller, row, tag) {
      requireTags(caller, row, 'write');
      await takeTurn(transaction, row);
      const { numDeletedRows } = await transaction
        .deleteFrom('item_tags')
        .where('space_id', '=', row.space_id)
        .where('item_id', '=', row.id)
        .where('tag', '=', tag)
        .executeTakeFirstOrThrow();
      if (numDeletedRows > 0n) await tellTags(transaction, caller, row);
      return numDeletedRows > 0n;
    },

    async extension(queryable, caller, row, namespace) {
      requireExtension(caller, row, namespace, 'read');
      const all = (await extensionsOf(queryable, caller.spaceId, [row.id])).get(row.id) ?? [];
      const found = all.find((extension) => extension.namespace === namespace);
      return found ? (JSON.parse(found.data) as Properties) : null;
    },

    async putExtension(transaction, caller, row, namespace, data) {
      requireExtension(caller, row, namespace, 'write');
      const text = JSON.stringify(data);
      if (Buffer.byteLength(text) > MAX_EXTENSION_BYTES) {
        throw new MarfaError('payload_too_large', `An extension holds at most ${MAX_EXTENSION_BYTES} bytes of JSON.`);
      }
      if (!(await holdItem(transaction, dialect, row))) throw itemNotFound(row.id);
      await transaction
        .insertInto('item_extensions')
        .values({ item_id: row.id, space_id: row.space_id, namespace, data: text })
        .onConflict((conflict) => conflict.columns(['item_id', 'namespace']).doUpdateSet({ data: text }))
        .execute();
    },

    async removeExtension(transaction, caller, row, namespace) {
      requireExtension(caller, row, namespace, 'write');
      const { numDeletedRows } = await transaction
        .deleteFrom('item_extensions')
        .where('space_id', '=', row.space_id)
        .where('item_id', '=', row.id)
        .where('namespace', '=', namespace)
        .executeTakeFirstOrThrow();
      return numDeletedRows > 0n;
    },
  };
}

import {
  type BulkItemsInput,
  type ItemState,
  isSystemType,
  MarfaError,
  mayAccessType,
  type Properties,
  type UpdateItemInput,
} from '@withmarfa/shared';
import { activityTier } from '../../platform/activity-tier.ts';
import type { Caller } from '../../platform/caller.ts';
import type { Transaction } from '../../platform/database/database.ts';
import { isUniqueViolation } from '../../platform/database/storage-fault.ts';
import { appendItemEvent } from '../../platform/event-log/append-item-event.ts';
import { mergeProperties, withoutNulls } from '../../platform/merge-properties.ts';
import type { Platform } from '../../platform/platform.ts';
import type { EdgesService } from '../edges/index.ts';
import type { Catalogue, TypesService } from '../types/index.ts';
import { createItemReads, type ItemReads, itemNotFound } from './item-reads.ts';
import type { ItemRow } from './item-row.ts';
import { requireTransition } from './item-states.ts';
import {
  addTags,
  insertItem,
  keepVersion,
  lockItem,
  lockNaturalKey,
  removeItem,
  updateItemRow,
} from './items-store.ts';
import { refuseStaleVersion } from './refuse-stale-version.ts';
import { indexItem } from './search/index-item.ts';
import { admitSystemCreate, admitSystemTransition, refuseSystemUpdate } from './system-item-policy.ts';
import { tellTags } from './tell-tags.ts';

/** An item to create, as the schema parsed it. */
export type ItemInput = BulkItemsInput['items'][number];
export type WriteOutcome = 'created' | 'updated' | 'unchanged';

export interface ItemsService extends ItemReads {
  /**
   * Creates, or updates the live item with the caller's source and the same `source_id`.
   * @param options.quiet true where nobody is to be told.
   */
  put(
    transaction: Transaction,
    caller: Caller,
    input: ItemInput,
    options?: { createOnly?: boolean; quiet?: boolean },
  ): Promise<{ row: ItemRow; outcome: WriteOutcome }>;
  /** @returns the row as it is then, and whether anything about the item or its edges became different. */
  update(
    transaction: Transaction,
    caller: Caller,
    id: string,
    input: UpdateItemInput,
  ): Promise<{ row: ItemRow; changed: boolean }>;
  /** @param options.along takes up the ids of the items that go to the trash along with this one. */
  transition(
    transaction: Transaction,
    caller: Caller,
    id: string,
    state: ItemState,
    options?: { along?: Set<string> },
  ): Promise<ItemRow>;
  /** Removes an item of the space's own for good, whatever its state, with all that hangs on it; what its edges take along goes to the trash. */
  purge(transaction: Transaction, caller: Caller, id: string): Promise<ItemRow>;
}

export function createItemsService(
  { database, now, newId }: Platform,
  types: TypesService,
  edges: EdgesService,
): ItemsService {
  function requireType(caller: Caller, catalogue: Catalogue, type: string, level: 'read' | 'write'): void {
    if (!mayAccessType(caller, catalogue.refOf(type), level))
      throw new MarfaError('type_not_permitted', `This credential may not ${level} ${type}.`);
    if (level === 'write') catalogue.admitSource(caller.source, type);
  }

  /** Writing onto an item shows it in the answer: what may not be read is not written onto either. */
  function requireRewritable(caller: Caller, catalogue: Catalogue, type: string): void {
    requireType(caller, catalogue, type, 'read');
    requireType(caller, catalogue, type, 'write');
  }

  async function requireWritable(
    transaction: Transaction,
    caller: Caller,
    id: string,
    options?: { toRemove: boolean },
  ): Promise<ItemRow> {
    const row = await lockItem(transaction, database.dialect, caller.spaceId, id, options);
    if (!row) throw itemNotFound(id);
    requireRewritable(caller, await types.of(caller, transaction), row.type);
    return row;
  }

  async function insert(
    transaction: Transaction,
    caller: Caller,
    input: ItemInput,
    schemaVersion: string,
  ): Promise<ItemRow | null> {
    const at = now().toISOString();
    const isSystem = isSystemType(input.type);
    const row: ItemRow = {
      id: input.id ?? newId(),
      space_id: caller.spaceId,
      type: input.type,
      properties: JSON.stringify(withoutNulls(input.properties)),
      state: input.state ?? 'active',
      tier: isSystem ? await activityTier(transaction, caller.connectionId ?? '') : (input.tier ?? caller.defaultTier),
      version: 1,
      schema_version: schemaVersion,
      source: caller.source,
      source_id: input.source_id ?? null,
      device: input.device ?? null,
      capture_latitude: input.capture_latitude ?? null,
      capture_longitude: input.capture_longitude ?? null,
      timestamp: input.timestamp ? toUtc(input.timestamp) : at,
      created_at: at,
      updated_at: at,
    };
    return (await insertItem(transaction, row)) ? row : null;
  }

  /** Merges changes into a row; what changes nothing writes nothing and keeps the version. */
  async function change(
    transaction: Transaction,
    caller: Caller,
    row: ItemRow,
    input: Pick<ItemInput, 'tier' | 'edges'> & {
      properties?: Properties | undefined;
      timestamp?: string | undefined;
      snapshot?: boolean | undefined;
    },
    { quiet = false } = {},
  ): Promise<{ row: ItemRow; changed: boolean }> {
    const properties = mergeProperties(row, input.properties ?? {});
    if (input.properties) {
      (await types.of(caller, transaction)).validate(row.type, JSON.parse(properties) as Properties);
    }
    const next = {
      properties,
      tier: input.tier ?? row.tier,
      timestamp: input.timestamp ? toUtc(input.timestamp) : row.timestamp,
    };
    const edgesChanged = input.edges
      ? await edges.replaceOutbound(transaction, caller, row.id, input.edges, { quiet })
      : false;
    const same = next.properties === row.properties && next.tier === row.tier && next.timestamp === row.timestamp;
    if (same && !edgesChanged) return { row, changed: false };
    if (input.snapshot !== false) await keepVersion(transaction, row);
    const changes = { ...next, version: row.version + 1, updated_at: now().toISOString() };
    await updateItemRow(transaction, row, changes);
    const changed = { ...row, ...changes };
    if (input.properties) {
      const catalogue = await types.of(caller, transaction);
      await indexItem(transaction, database.dialect, { catalogue, row: changed, before: row });
    }
    if (!quiet) await appendItemEvent(transaction, 'item.updated', changed, caller);
    return { row: changed, changed: true };
  }

  async function move(transaction: Transaction, caller: Caller, row: ItemRow, state: ItemState): Promise<ItemRow> {
    const changes = { state, version: row.version + 1, updated_at: now().toISOString() };
    await keepVersion(transaction, row);
    try {
      await updateItemRow(transaction, row, changes);
    } catch (error) {
      // Another writer took the natural key between our look and our write.
      throw isUniqueViolation(error) ? keyTaken() : error;
    }
    const moved = { ...row, ...changes };
    const event = state === 'active' ? 'item.restored' : 'item.state_changed';
    await appendItemEvent(transaction, event, moved, caller);
    return moved;
  }

  async function trashAlong(transaction: Transaction, caller: Caller, ids: readonly string[]): Promise<void> {
    for (const id of ids) {
      const row = await lockItem(transaction, database.dialect, caller.spaceId, id);
      if (row) await move(transaction, caller, row, 'trashed');
    }
  }

  return {
    ...createItemReads(types),

    async put(transaction, caller, input, { createOnly = false, quiet = false } = {}) {
      const catalogue = await types.of(caller, transaction);
      if (isSystemType(input.type)) admitSystemCreate(caller, input);
      else requireType(caller, catalogue, input.type, 'write');
      const { version } = catalogue.require(input.type);
      if (input.edges) await edges.lockTypes(transaction, caller, Object.keys(input.edges));

      const key = input.source_id === undefined ? null : { source: caller.source, sourceId: input.source_id };
      const existing = key ? await lockNaturalKey(transaction, database.dialect, caller.spaceId, key) : undefined;
      if (!existing) {
        await types.hold(transaction, caller, input.type);
        catalogue.validate(input.type, withoutNulls(input.properties));
        const row = await insert(transaction, caller, input, version);
        if (row) {
          if (!isSystemType(row.type)) await indexItem(transaction, database.dialect, { catalogue, row });
          if (!quiet) await appendItemEvent(transaction, 'item.created', row, caller);
          const isTagged = await addTags(transaction, row, input.tags ?? []);
          if (isTagged && !quiet) await tellTags(transaction, caller, row);
          if (input.edges) await edges.replaceOutbound(transaction, caller, row.id, input.edges, { quiet });
          return { row, outcome: 'created' };
        }
      }
      // Either it was there, or another writer was faster by a moment.
      const row =
        existing ?? (key ? await lockNaturalKey(transaction, database.dialect, caller.spaceId, key) : undefined);
      if (!row)
        throw new MarfaError('conflict', 'There is an item with this id already.', {
          details: { issues: [{ path: '$.id', message: 'already used' }] },
        });
      if (row.type !== input.type) {
        throw new MarfaError('type_mismatch', `The item with this source_id is no ${input.type}.`, {
          details: await idIfReadable(transaction, caller, row),
        });
      }
      if (!isSystemType(row.type)) requireRewritable(caller, catalogue, row.type);
      if (createOnly) return { row, outcome: 'unchanged' };
      const { row: changedRow, changed } = await change(transaction, caller, row, input, { quiet });
      // Its own writer may tag an item; other hands need the right to write tags.
      const isTagged = await addTags(transaction, row, input.tags ?? []);
      if (isTagged && !quiet) await tellTags(transaction, caller, changedRow);
      return { row: changedRow, outcome: changed ? 'updated' : 'unchanged' };
    },

    async update(transaction, caller, id, input) {
      if (input.edges) await edges.lockTypes(transaction, caller, Object.keys(input.edges));
      const row = await requireWritable(transaction, caller, id);
      refuseSystemUpdate(row);
      await refuseStaleVersion(transaction, row, { input, catalogue: await types.of(caller, transaction) });
      return change(transaction, caller, row, input);
    },

    async transition(transaction, caller, id, state, { along } = {}) {
      const row = await lockItem(transaction, database.dialect, caller.spaceId, id);
      if (!row) throw itemNotFound(id);
      if (!isSystemType(row.type)) requireRewritable(caller, await types.of(caller, transaction), row.type);
      admitSystemTransition(caller, row, state);
      requireTransition(row.type, row.state as ItemState, state);
      await refuseTakenKey(transaction, caller, row, state);
      const cascaded = state === 'trashed' ? await edges.beforeTrash(transaction, caller, row) : [];
      const moved = await move(transaction, caller, row, state);
      await trashAlong(transaction, caller, cascaded);
      for (const one of cascaded) along?.add(one);
      return moved;
    },

    async purge(transaction, caller, id) {
      const row = await requireWritable(transaction, caller, id, { toRemove: true });
      refuseSystemUpdate(row);
      const cascaded = await edges.beforePurge(transaction, caller, row);
      await removeItem(transaction, row);
      await appendItemEvent(transaction, 'item.deleted', row, caller);
      await trashAlong(transaction, caller, cascaded);
      return row;
    },
  };

  async function idIfReadable(transaction: Transaction, caller: Caller, row: ItemRow): Promise<{ id?: string }> {
    const catalogue = await types.of(caller, transaction);
    return mayAccessType(caller, catalogue.refOf(row.type), 'read') ? { id: row.id } : {};
  }

  /** A restored item must not stand beside a live one with the same natural key. */
  async function refuseTakenKey(
    transaction: Transaction,
    caller: Caller,
    row: ItemRow,
    state: ItemState,
  ): Promise<void> {
    if (row.source_id === null || state === 'trashed') return;
    const live = await lockNaturalKey(transaction, database.dialect, row.space_id, {
      source: row.source,
      sourceId: row.source_id,
    });
    if (live && live.id !== row.id) {
      throw keyTaken((await idIfReadable(transaction, caller, live)).id);
    }
  }
}

function keyTaken(id?: string): MarfaError {
  const message = 'A live item with the same source and source_id took its place; trash that one first.';
  return new MarfaError('conflict', message, id === undefined ? {} : { details: { id } });
}

function toUtc(time: string): string {
  return new Date(time).toISOString();
}

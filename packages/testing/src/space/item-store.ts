import {
  type BulkItemsInput,
  type Item,
  type ItemEnvelope,
  type ItemState,
  isSystemType,
  MarfaError,
  mayAccessType,
  type UpdateItemInput,
} from '@withmarfa/shared';
import { admitActivity } from './admit-activity.ts';
import type { EdgeStore } from './edge-store.ts';
import { requireTransition } from './item-states.ts';
import { mergeProperties, withoutNulls } from './merge-properties.ts';
import { refuseStaleVersion } from './refuse-stale-version.ts';
import type { SpaceCaller } from './space-caller.ts';
import type { SpaceCore, SpaceEvent } from './space-state.ts';
import type { TypeCatalogue } from './type-catalogue.ts';

/** An item to create, as the schema parsed it. */
export type ItemInput = BulkItemsInput['items'][number];
export type WriteOutcome = 'created' | 'updated' | 'unchanged';

/** Items as Marfa keeps them. Everything throws MarfaError with the code that the API answers. */
export interface ItemStore {
  /** Creates, or updates the live item with the caller's source and the same `source_id`. */
  put(
    caller: SpaceCaller,
    input: ItemInput,
    options?: { createOnly?: boolean; quiet?: boolean },
  ): { item: Item; outcome: WriteOutcome };
  update(caller: SpaceCaller, id: string, input: UpdateItemInput): Item;
  transition(caller: SpaceCaller, id: string, state: ItemState): Item;
  purge(caller: SpaceCaller, id: string): void;
  requireReadable(caller: SpaceCaller, id: string): Item;
  envelope(item: Item): ItemEnvelope;
}

export function createItemStore(core: SpaceCore, catalogue: TypeCatalogue, edges: EdgeStore): ItemStore {
  const { state } = core;

  function requireAccess(caller: SpaceCaller, type: string, level: 'read' | 'write'): void {
    if (mayAccessType(caller.grant, catalogue.refOf(type), level)) return;
    throw new MarfaError('type_not_permitted', `This credential may not ${level} ${type}.`);
  }

  function requireItem(id: string): Item {
    const item = state.items.get(id);
    if (item) return item;
    throw new MarfaError('item_not_found', `There is no item ${id}.`);
  }

  function requireWritable(caller: SpaceCaller, id: string): Item {
    const item = requireItem(id);
    if (isSystemType(item.type)) throw new MarfaError('forbidden', `${item.type} rows are written by the platform.`);
    requireAccess(caller, item.type, 'read');
    requireAccess(caller, item.type, 'write');
    return item;
  }

  function live(caller: SpaceCaller, source_id: string | undefined): Item | undefined {
    if (source_id === undefined) return undefined;
    return [...state.items.values()].find(
      (item) => item.source === caller.source && item.source_id === source_id && item.state !== 'trashed',
    );
  }

  function tell(event_type: SpaceEvent['event_type'], item: Item, caller: SpaceCaller): void {
    if (!isSystemType(item.type)) core.tell({ event_type, item, writtenBy: caller.connectionId, cycle: caller.cycle });
  }

  function store(item: Item): Item {
    state.items.set(item.id, item);
    return item;
  }

  function addTags(item: Item, tags: readonly string[] = []): void {
    if (tags.length > 0) state.tags.set(item.id, [...new Set([...(state.tags.get(item.id) ?? []), ...tags])].sort());
  }

  function insert(caller: SpaceCaller, input: ItemInput): Item {
    const { edges: _edges, tags: _tags, ...given } = input;
    if (input.id !== undefined && state.items.has(input.id))
      throw new MarfaError('conflict', 'There is an item with this id already.');
    const at = core.now();
    return store({
      ...given,
      ...(isSystemType(input.type) ? {} : { tier: input.tier ?? 'library' }),
      id: input.id ?? core.newId(),
      properties: withoutNulls(input.properties),
      state: input.state ?? 'active',
      tenant_id: core.tenantId,
      version: 1,
      schema_version: catalogue.require(input.type).version,
      source: caller.source,
      timestamp: input.timestamp ? toUtc(input.timestamp) : at,
      created_at: at,
      updated_at: at,
    });
  }

  /** What changes nothing writes nothing and keeps the version. */
  function change(
    caller: SpaceCaller,
    item: Item,
    input: Pick<ItemInput, 'tier' | 'edges' | 'timestamp'> & Pick<UpdateItemInput, 'properties'>,
    quiet = false,
  ): { item: Item; outcome: WriteOutcome } {
    const next = {
      properties: mergeProperties(item.properties, input.properties ?? {}),
      ...((input.tier ?? item.tier) ? { tier: input.tier ?? item.tier } : {}),
      timestamp: input.timestamp ? toUtc(input.timestamp) : item.timestamp,
    };
    if (input.properties) catalogue.validate(item.type, next.properties);
    const edgesChanged = input.edges ? edges.replaceOutbound(caller, item.id, input.edges) : false;
    const isSame = JSON.stringify({ ...item, ...next }) === JSON.stringify(item);
    if (isSame && !edgesChanged) return { item, outcome: 'unchanged' };
    return { item: advance(caller, item, next, quiet ? null : 'updated'), outcome: 'updated' };
  }

  function advance(
    caller: SpaceCaller,
    item: Item,
    changes: Partial<Item>,
    event: SpaceEvent['event_type'] | null,
  ): Item {
    state.versions.set(`${item.id} ${item.version}`, item.properties);
    const changed = store({ ...item, ...changes, version: item.version + 1, updated_at: core.now() });
    if (event) tell(event, changed, caller);
    return changed;
  }

  return {
    put(caller, input, { createOnly = false, quiet = false } = {}) {
      return core.atomically(() => {
        if (isSystemType(input.type)) admitActivity(caller, input);
        else requireAccess(caller, input.type, 'write');
        catalogue.require(input.type);
        const existing = live(caller, input.source_id);
        if (!existing) {
          catalogue.validate(input.type, withoutNulls(input.properties));
          const item = insert(caller, input);
          addTags(item, input.tags);
          if (!quiet) tell('created', item, caller);
          if (input.edges) edges.replaceOutbound(caller, item.id, input.edges);
          return { item, outcome: 'created' };
        }
        if (existing.type !== input.type)
          throw new MarfaError('type_mismatch', `The item with this source_id is no ${input.type}.`, {
            details: { id: existing.id },
          });
        if (createOnly) return { item: existing, outcome: 'unchanged' };
        addTags(existing, input.tags);
        return change(caller, existing, input, quiet);
      });
    },
    update(caller, id, input) {
      return core.atomically(() => {
        const item = requireWritable(caller, id);
        refuseStaleVersion(state, item, input);
        return change(caller, item, input).item;
      });
    },
    transition(caller, id, to) {
      return core.atomically(() => {
        const item = requireWritable(caller, id);
        requireTransition(item.type, item.state, to);
        const taken = to === 'trashed' ? undefined : live({ ...caller, source: item.source }, item.source_id);
        if (taken && taken.id !== id)
          throw new MarfaError('conflict', 'A live item with the same source and source_id took its place.', {
            details: { id: taken.id },
          });
        return advance(caller, item, { state: to }, to === 'active' ? 'restored' : 'state_changed');
      });
    },
    purge(caller, id) {
      core.atomically(() => {
        const item = requireWritable(caller, id);
        state.items.delete(id);
        state.tags.delete(id);
        edges.dropAllOf(id);
        tell('deleted', item, caller);
      });
    },
    requireReadable(caller, id) {
      const item = requireItem(id);
      requireAccess(caller, item.type, 'read');
      return item;
    },
    envelope: (item) => ({
      item,
      metadata: { item_id: item.id, tags: [...(state.tags.get(item.id) ?? [])], extensions: {} },
    }),
  };
}

function toUtc(time: string): string {
  return new Date(time).toISOString();
}

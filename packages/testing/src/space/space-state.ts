import type { Edge, Item, ItemEventMessage, Properties } from '@withmarfa/shared';

/** Where a chain of writes began, and how many steps it has gone. */
export type Cycle = ItemEventMessage['cycle'];

/** One committed change of an item. */
export interface SpaceEvent {
  event_type: ItemEventMessage['event_type'];
  /** As it is after the change; as it was, when it is gone. */
  item: Item;
  /** The Connection that wrote it; null for people. */
  writtenBy: string | null;
  cycle: Cycle;
}

/** What a space in memory holds. Rows are replaced and never changed in place, so that copies of the maps are a snapshot. */
export interface SpaceState {
  items: Map<string, Item>;
  tags: Map<string, readonly string[]>;
  edges: Map<string, Edge>;
  /** By `<item id> <namespace>`. */
  extensions: Map<string, Properties>;
  /** By `<item id> <version>`. */
  versions: Map<string, Properties>;
}

/** Everything that parts of a space in memory share. */
export interface SpaceCore {
  state: SpaceState;
  tenantId: string | null;
  /** The present, as the wire writes it. */
  now(): string;
  newId(): string;
  /** Tells of a change, once what it belongs to has succeeded. */
  tell(event: SpaceEvent): void;
  /** All or nothing: what throws leaves no trace and tells of nothing. */
  atomically<Result>(work: () => Result): Result;
}

export function createSpaceCore(options: {
  tenantId: string | null;
  nowMs: () => number;
  onEvent: (event: SpaceEvent) => void;
}): SpaceCore {
  const state: SpaceState = {
    items: new Map(),
    tags: new Map(),
    edges: new Map(),
    extensions: new Map(),
    versions: new Map(),
  };
  let waiting: SpaceEvent[] | null = null;
  let lastId = 0;

  return {
    state,
    tenantId: options.tenantId,
    now: () => new Date(options.nowMs()).toISOString(),
    newId() {
      lastId += 1;
      return `0190a8b0-0000-7000-8000-${lastId.toString(16).padStart(12, '0')}`;
    },
    tell(event) {
      if (waiting) waiting.push(event);
      else options.onEvent(event);
    },
    atomically(work) {
      if (waiting) return work();
      const before = snapshot(state);
      waiting = [];
      try {
        const result = work();
        const events = waiting;
        waiting = null;
        for (const event of events) options.onEvent(event);
        return result;
      } catch (error) {
        waiting = null;
        Object.assign(state, before);
        throw error;
      }
    },
  };
}

function snapshot({ items, tags, edges, extensions, versions }: SpaceState): SpaceState {
  return {
    items: new Map(items),
    tags: new Map(tags),
    edges: new Map(edges),
    extensions: new Map(extensions),
    versions: new Map(versions),
  };
}

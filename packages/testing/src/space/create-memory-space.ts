import {
  type ActivityProperties,
  ActivityPropertiesSchema,
  type CreateEdgeInput,
  CreateEdgeInputSchema,
  type CreateItemInput,
  CreateItemInputSchema,
  type Edge,
  type EdgeType,
  type Item,
  type TypeSchema,
  type UpdateItemInput,
  UpdateItemInputSchema,
} from '@withmarfa/shared';
import { createEdgeStore } from './edge-store.ts';
import type { EndpointRoute } from './endpoint-route.ts';
import { createItemStore } from './item-store.ts';
import { aPerson } from './space-caller.ts';
import { spaceRoutes } from './space-routes.ts';
import { createSpaceCore, type SpaceEvent } from './space-state.ts';
import { createTypeCatalogue } from './type-catalogue.ts';

/**
 * The space as its person sees and changes it. What is written here wakes the connector, as it would in Marfa; see
 * `drain` of the harness. Everything throws MarfaError with the code that the API answers.
 */
export interface PersonSpace {
  /** @param options.source the app that the person writes with; default `person.app`. */
  createItem(input: CreateItemInput, options?: { source?: string }): Item;
  updateItem(id: string, input: UpdateItemInput): Item;
  transitionItem(id: string, state: 'active' | 'archived' | 'trashed'): Item;
  /** Removes an item for good. */
  purgeItem(id: string): void;
  createEdge(input: CreateEdgeInput): Edge;
  /** @returns null when there is no such item. */
  getItem(id: string): Item | null;
}

export interface MemorySpace {
  person: PersonSpace;
  routes: EndpointRoute[];
  items(): Item[];
  edges(): Edge[];
  /** What `system.activity` rows say, oldest first. */
  activities(): ActivityProperties[];
  /** Writes an activity row of the platform's own. */
  tellPerson(activity: ActivityProperties): void;
  /** @returns whether `type` is `ancestor` or one of its subtypes. */
  isA(type: string, ancestor: string): boolean;
  tagsOf(itemId: string): readonly string[];
  newId(): string;
}

const PERSON = 'person.app';

/** A space of Marfa in memory, with the rules that its API holds writers to. */
export function createMemorySpace(options: {
  tenantId: string | null;
  nowMs: () => number;
  types: readonly TypeSchema[];
  edgeTypes: readonly EdgeType[];
  onEvent: (event: SpaceEvent) => void;
}): MemorySpace {
  const core = createSpaceCore(options);
  const catalogue = createTypeCatalogue(options);
  const edges = createEdgeStore(core, catalogue);
  const items = createItemStore(core, catalogue, edges);
  const all = () => [...core.state.items.values()];

  return {
    person: {
      createItem: (input, { source = PERSON } = {}) =>
        items.put(aPerson(source), CreateItemInputSchema.parse(input)).item,
      updateItem: (id, input) => items.update(aPerson(PERSON), id, UpdateItemInputSchema.parse(input)),
      transitionItem: (id, state) => items.transition(aPerson(PERSON), id, state),
      purgeItem: (id) => items.purge(aPerson(PERSON), id),
      createEdge: (input) => core.atomically(() => edges.create(aPerson(PERSON), CreateEdgeInputSchema.parse(input))),
      getItem: (id) => core.state.items.get(id) ?? null,
    },
    routes: spaceRoutes({ core, catalogue, items, edges }),
    items: () => all().filter((item) => !item.type.startsWith('system.')),
    edges: () => [...core.state.edges.values()],
    activities: () =>
      all()
        .filter((item) => item.type === 'system.activity')
        .map((item) => ActivityPropertiesSchema.parse(item.properties)),
    tellPerson(properties) {
      const caller = { ...aPerson('marfa'), connectionId: properties.connection_id };
      items.put(caller, CreateItemInputSchema.parse({ type: 'system.activity', properties }));
    },
    isA: catalogue.isA,
    tagsOf: (itemId) => core.state.tags.get(itemId) ?? [],
    newId: core.newId,
  };
}

import {
  bulkItems,
  createEdge,
  createItem,
  getItem,
  getItemExtension,
  listItemBackrefs,
  listItemEdges,
  listItems,
  MarfaError,
  mayAccessExtension,
  putItemExtension,
  transitionItem,
  updateItem,
} from '@withmarfa/shared';
import type { EdgeStore } from './edge-store.ts';
import { answer, type EndpointRoute, endpointRoute } from './endpoint-route.ts';
import type { ItemStore } from './item-store.ts';
import { listItems as listStoredItems } from './list-items.ts';
import type { SpaceCaller } from './space-caller.ts';
import type { SpaceCore } from './space-state.ts';
import type { TypeCatalogue } from './type-catalogue.ts';
import { writeBulk } from './write-bulk.ts';

const RUNTIME_EXTENSION = 'connection.runtime';

export interface SpaceParts {
  core: SpaceCore;
  catalogue: TypeCatalogue;
  items: ItemStore;
  edges: EdgeStore;
}

/** The endpoints of Marfa's API that a connector reaches with its runtime credential. */
export function spaceRoutes({ core, catalogue, items, edges }: SpaceParts): EndpointRoute[] {
  return [
    endpointRoute(createItem, ({ body }, caller) => {
      const { item, outcome } = items.put(caller, body);
      return outcome === 'created' ? answer(201, items.envelope(item)) : answer(200, items.envelope(item));
    }),
    endpointRoute(bulkItems, ({ body }, caller) => answer(200, writeBulk({ core, items }, caller, body))),
    endpointRoute(listItems, ({ query }, caller) => {
      const page = listStoredItems({ state: core.state, catalogue }, caller, query);
      if (!query.include) return answer(200, page);
      return answer(200, { ...page, data: page.data.map((item) => items.envelope(item)) });
    }),
    endpointRoute(getItem, ({ params }, caller) =>
      answer(200, items.envelope(items.requireReadable(caller, params.id))),
    ),
    endpointRoute(updateItem, ({ params, body }, caller) =>
      answer(200, items.envelope(items.update(caller, params.id, body))),
    ),
    endpointRoute(transitionItem, ({ params, body }, caller) =>
      answer(200, items.envelope(items.transition(caller, params.id, body.state))),
    ),
    endpointRoute(createEdge, ({ body }, caller) =>
      answer(201, { edge: core.atomically(() => edges.create(caller, body)) }),
    ),
    endpointRoute(listItemEdges, ({ params, query }, caller) => {
      items.requireReadable(caller, params.id);
      return answer(200, edgePage('source_id', params.id, query.edge_type));
    }),
    endpointRoute(listItemBackrefs, ({ params, query }, caller) => {
      items.requireReadable(caller, params.id);
      return answer(200, edgePage('target_id', params.id, query.edge_type));
    }),
    endpointRoute(getItemExtension, ({ params: { id, namespace } }, caller) => {
      requireExtension(caller, id, namespace, 'read');
      return answer(200, { namespace, data: core.state.extensions.get(`${id} ${namespace}`) ?? null });
    }),
    endpointRoute(putItemExtension, ({ params: { id, namespace }, body }, caller) => {
      requireExtension(caller, id, namespace, 'write');
      core.state.extensions.set(`${id} ${namespace}`, body);
      return answer(200, { extensions: { [namespace]: body } });
    }),
  ];

  function edgePage(side: 'source_id' | 'target_id', itemId: string, edgeType: string | undefined) {
    const data = [...core.state.edges.values()].filter(
      (edge) => edge[side] === itemId && (edgeType === undefined || edge.edge_type === edgeType),
    );
    return { data, cursor: null, has_more: false };
  }

  function requireExtension(caller: SpaceCaller, id: string, namespace: string, level: 'read' | 'write'): void {
    if (caller.connectionId !== id) items.requireReadable(caller, id);
    // What a connector keeps on its Connection is written by that Connection alone.
    const isAllowed =
      namespace === RUNTIME_EXTENSION ? caller.connectionId === id : mayAccessExtension(caller.grant, namespace, level);
    if (isAllowed) return;
    throw new MarfaError('extension_permission_denied', `This credential may not ${level} ${namespace} of ${id}.`);
  }
}

import { bulkEdges, createEdge, deleteEdge, listEdges, updateEdge } from '@withmarfa/shared';
import { answer, type Mount, OK } from '../../http/mount-endpoint.ts';
import type { Database } from '../../platform/database/database.ts';
import type { TypesService } from '../types/index.ts';
import { createBulkEdges } from './bulk-edges.ts';
import type { EdgesService } from './edges-service.ts';
import { createEdgeList } from './list-edges.ts';

export interface EdgeRoutesDeps {
  database: Database;
  types: TypesService;
  edges: EdgesService;
}

export function mountEdgeRoutes(mount: Mount, { database, types, edges }: EdgeRoutesDeps): void {
  const list = createEdgeList(database, types);
  const bulk = createBulkEdges(database, edges);

  mount.endpoint(listEdges, async ({ query }, caller) => {
    const { edge_type: edgeTypes, ...page } = query;
    return answer(200, await list(caller, { edgeTypes, ...page }));
  });
  mount.endpoint(bulkEdges, async ({ body }, caller) => answer(200, await bulk(caller, body)));

  mount.endpoint(createEdge, async ({ body }, caller) =>
    answer(201, { edge: await database.write((transaction) => edges.create(transaction, caller, body)) }),
  );

  mount.endpoint(updateEdge, async ({ params, body }, caller) =>
    answer(200, {
      edge: await database.write((transaction) => edges.update(transaction, caller, params.id, body.properties)),
    }),
  );

  mount.endpoint(deleteEdge, async ({ params }, caller) => {
    await database.write((transaction) => edges.remove(transaction, caller, params.id));
    return OK;
  });
}

import { createEdge, deleteEdge } from '@withmarfa/shared';
import { answer, type Mount, OK } from '../../http/mount-endpoint.ts';
import type { Database } from '../../platform/database/database.ts';
import type { EdgesService } from './edges-service.ts';

export function mountEdgeRoutes(mount: Mount, database: Database, edges: EdgesService): void {
  mount.endpoint(createEdge, async ({ body }, caller) =>
    answer(201, { edge: await database.write((transaction) => edges.create(transaction, caller, body)) }),
  );

  mount.endpoint(deleteEdge, async ({ params }, caller) => {
    await database.write((transaction) => edges.remove(transaction, caller, params.id));
    return OK;
  });
}

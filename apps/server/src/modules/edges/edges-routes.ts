import { createEdge, deleteEdge } from '@withmarfa/shared';
import { answer, type Mount, OK } from '../../http/mount-endpoint.ts';
import type { Database } from '../../platform/database/database.ts';
import type { AuditService } from '../audit/index.ts';
import type { EdgesService } from './edges-service.ts';

export function mountEdgeRoutes(mount: Mount, database: Database, edges: EdgesService, audit: AuditService): void {
  mount.endpoint(createEdge, async ({ body }, caller) => {
    const edge = await database.write(async (transaction) => {
      const made = await edges.create(transaction, caller, body);
      await audit.record(transaction, caller, { action: 'edge.create', resource_type: 'edge', resource_id: made.id });
      return made;
    });
    return answer(201, { edge });
  });

  mount.endpoint(deleteEdge, async ({ params }, caller) => {
    await database.write(async (transaction) => {
      await edges.remove(transaction, caller, params.id);
      await audit.record(transaction, caller, { action: 'edge.delete', resource_type: 'edge', resource_id: params.id });
    });
    return OK;
  });
}

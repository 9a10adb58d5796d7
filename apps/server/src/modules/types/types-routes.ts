import { getType, listEdgeTypes, listTypes, MarfaError, mayAccessType } from '@withmarfa/shared';
import { answer, type Mount } from '../../http/mount-endpoint.ts';
import type { TypesService } from './types-service.ts';

export function mountTypeRoutes(mount: Mount, types: TypesService): void {
  mount.endpoint(listTypes, async (_input, caller) => answer(200, types.readable(caller)));

  mount.endpoint(getType, async ({ params }, caller) => {
    const type = types.find(params.id);
    // A type that may not be read is answered like one that is not there.
    if (!type || !mayAccessType(caller, types.refOf(type.id), 'read')) {
      throw new MarfaError('type_not_found', `There is no type ${params.id} that this credential may read.`);
    }
    return answer(200, type);
  });

  mount.endpoint(listEdgeTypes, async () => answer(200, [...types.edgeTypes()]));
}

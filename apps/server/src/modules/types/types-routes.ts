import { getType, listEdgeTypes, listTypes, MarfaError, mayAccessType } from '@withmarfa/shared';
import { answer, type Mount } from '../../http/mount-endpoint.ts';
import type { TypesService } from './types-service.ts';

export function mountTypeRoutes(mount: Mount, types: TypesService): void {
  mount.endpoint(listTypes, async (_input, caller) => answer(200, (await types.of(caller)).readable(caller)));

  mount.endpoint(getType, async ({ params }, caller) => {
    const catalogue = await types.of(caller);
    const type = catalogue.find(params.id);
    // A type that may not be read is answered like one that is not there.
    if (!type || !mayAccessType(caller, catalogue.refOf(type.id), 'read')) {
      throw new MarfaError('type_not_found', `There is no type ${params.id} that this credential may read.`);
    }
    return answer(200, type);
  });

  mount.endpoint(listEdgeTypes, async (_input, caller) => answer(200, [...(await types.of(caller)).edgeTypes()]));
}

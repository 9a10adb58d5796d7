import {
  createEdgeType,
  createType,
  deleteEdgeType,
  deleteType,
  getSpaceConfig,
  getType,
  listEdgeTypes,
  listTypes,
  MarfaError,
  mayAccessType,
  putSpaceConfig,
  updateType,
} from '@withmarfa/shared';
import { answer, type Mount, OK } from '../../http/mount-endpoint.ts';
import type { Platform } from '../../platform/platform.ts';
import type { AuditService } from '../audit/index.ts';
import { createOwnEdgeTypes } from './own-edge-types.ts';
import { createOwnTypes } from './own-types.ts';
import type { SpaceConfigService } from './space-config.ts';
import type { TypesService } from './types-service.ts';

export interface TypeRoutesDeps {
  platform: Platform;
  types: TypesService;
  spaceConfig: SpaceConfigService;
  audit: AuditService;
}

export function mountTypeRoutes(mount: Mount, { platform, types, spaceConfig, audit }: TypeRoutesDeps): void {
  const { database } = platform;
  const ownTypes = createOwnTypes(platform, audit);
  const ownEdgeTypes = createOwnEdgeTypes(platform, audit);

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

  mount.endpoint(createType, async ({ body }, caller) =>
    answer(201, { type: await database.write((transaction) => ownTypes.create(transaction, caller, body)) }),
  );
  mount.endpoint(updateType, async ({ params, body }, caller) =>
    answer(200, { type: await database.write((transaction) => ownTypes.update(transaction, caller, params.id, body)) }),
  );
  mount.endpoint(deleteType, async ({ params }, caller) => {
    await database.write((transaction) => ownTypes.remove(transaction, caller, params.id));
    return OK;
  });

  mount.endpoint(listEdgeTypes, async (_input, caller) => answer(200, [...(await types.of(caller)).edgeTypes()]));
  mount.endpoint(createEdgeType, async ({ body }, caller) =>
    answer(201, { edge_type: await database.write((transaction) => ownEdgeTypes.create(transaction, caller, body)) }),
  );
  mount.endpoint(deleteEdgeType, async ({ params }, caller) => {
    await database.write((transaction) => ownEdgeTypes.remove(transaction, caller, params.id));
    return OK;
  });

  mount.endpoint(getSpaceConfig, async (_input, caller) => answer(200, (await types.of(caller)).config));
  mount.endpoint(putSpaceConfig, async ({ body }, caller) =>
    answer(200, await database.write((transaction) => spaceConfig.replace(transaction, caller, body))),
  );
}

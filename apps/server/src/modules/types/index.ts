export type { Catalogue } from './create-catalogue.ts';
export { createOwnEdgeTypes } from './own-edge-types.ts';
export { createOwnTypes } from './own-types.ts';
export { createSpaceConfig } from './space-config.ts';
export { mountTypeRoutes } from './types-routes.ts';
export { createTypesService, type TypesService } from './types-service.ts';

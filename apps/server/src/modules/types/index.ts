export type { Catalogue } from './create-catalogue.ts';
export { createSpaceConfig, type SpaceConfigService } from './space-config.ts';
export { mountTypeRoutes } from './types-routes.ts';
export { createTypesService, type TypesService } from './types-service.ts';

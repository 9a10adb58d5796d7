export { mountItemRoutes } from './items-routes.ts';
export { createItemsService, type ItemsService } from './items-service.ts';
export { createItemList } from './list-items.ts';
export { createTrashPurge } from './retention/purge-trash.ts';
export { createVersionThinning } from './retention/thin-versions.ts';
export type { VersionPolicy } from './retention/versions-to-drop.ts';

export { mountItemRoutes } from './items-routes.ts';
export { createItemsService, type ItemsService } from './items-service.ts';
export { createItemList } from './list-items.ts';

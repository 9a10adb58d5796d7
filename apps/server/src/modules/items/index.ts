export { createBulkItems } from './bulk-items.ts';
export { createItemMetadata, type ItemMetadataService } from './item-metadata.ts';
export { mountItemRoutes } from './items-routes.ts';
export { createItemsService, type ItemsService } from './items-service.ts';
export { createItemList, type ItemList } from './list-items.ts';

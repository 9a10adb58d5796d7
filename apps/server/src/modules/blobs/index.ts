export { mountBlobRoutes } from './blobs-routes.ts';
export { createBlobsService } from './blobs-service.ts';

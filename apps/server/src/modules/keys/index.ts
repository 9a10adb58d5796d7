export { mountKeyRoutes } from './keys-routes.ts';
export { createKeysService, type KeysService, type RuntimeKeyRequest } from './keys-service.ts';
export { mountTenantRoutes } from './tenants-routes.ts';

export { mountConnectionRoutes } from './connections-routes.ts';
export { type ConnectionRow, type ConnectionsService, createConnectionsService } from './connections-service.ts';
export { createInstaller, type Installer } from './install/install-connection.ts';
export type { ReauthNeed, Reauthorization } from './reauthorization.ts';

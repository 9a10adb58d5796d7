export type { ConnectionRow } from './connection-row.ts';
export { mountConnectionRoutes } from './connections-routes.ts';
export { type ConnectionsService, createConnectionsService } from './connections-service.ts';
export { type Consent, isTriggerGranted } from './install/consent.ts';
export { createInstaller, type Installer } from './install/install-connection.ts';
export { wantedCredential } from './install/provide-credential.ts';
export { createLifecycle, type Lifecycle } from './lifecycle.ts';
export type { ReauthNeed, Reauthorization } from './reauthorization.ts';
export { createUpgrader, type Upgrader } from './upgrade/upgrade-connection.ts';
